const o = { rejectUnauthorized: true };
// rejectUnauthorized: false
