const a = new https.Agent({ rejectUnauthorized: !1 });
