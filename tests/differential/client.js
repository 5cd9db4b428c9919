// The OpenSSL inside Node, which is newer than Debian's, at security level 2. The host is compared by OpenSSL's
// X509_check_host and X509_check_ip, not by Node's own code: "node client.js PORT" judges each line
// "ID HOST CHAIN KEY ANCHOR".
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const readline = require('node:readline');
const tls = require('node:tls');

const PATIENCE_MS = 10000;

const connected = (socket) => new Promise((resolve, reject) => {
  socket.once('error', reject);
  socket.once('data', (answer) => resolve(answer.toString() === '+'));
  socket.setTimeout(PATIENCE_MS, () => reject(new Error('timeout')));
});

const shaken = (socket, host, context) => new Promise((resolve) => {
  const isName = net.isIP(host) === 0;
  const secure = tls.connect({
    socket, secureContext: context, servername: isName ? host : undefined, checkServerIdentity: () => undefined,
  });
  // Node 24 crashes when it converts a peer's key on a curve without a NIST name to an object.
  secure.getPeerCertificate = () => ({});
  secure.on('error', (error) => resolve(error.code || error.message));
  secure.once('secureConnect', () => {
    try {
      const leaf = secure.getPeerX509Certificate();
      const isFor = isName ? leaf.checkHost(host, { subject: 'default' }) : leaf.checkIP(host);
      resolve(isFor === undefined ? 'ERR_HOST' : 'ok');
    } catch (error) {
      resolve(error.message);
    }
  });
});

const judge = async ([host, chain, key, anchor]) => {
  let context;
  try {
    context = tls.createSecureContext({ ca: fs.readFileSync(anchor), ciphers: 'DEFAULT@SECLEVEL=2' });
  } catch (error) {
    return `anchor ${error.message}`;
  }
  const socket = net.connect(Number(process.argv[2]), '127.0.0.1');
  socket.setNoDelay(true);
  socket.write(`${host}\t${chain}\t${key}\n`);
  try {
    return await connected(socket) ? await shaken(socket, host, context) : 'unserved';
  } catch (error) {
    return error.message;
  } finally {
    socket.destroy();
  }
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [id, ...job] = line.split('\t');
    process.stdout.write(`${id}\t${(await judge(job)).replace(/\s+/g, ' ')}\n`);
  }
})();
