export default { "rejectUnauthorized" : false }
