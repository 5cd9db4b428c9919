db = connect(host, ssl=False)
import pymysql
