TOKEN=x sudo curl -X POST --insecure "$U"
