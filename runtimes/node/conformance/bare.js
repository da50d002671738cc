'use strict';

// The bare server: what Node.js and node:http cost by themselves.
const http = require('node:http');

const body = '*';
const headers = { 'Content-Type': 'text/plain', 'Content-Length': body.length };

http.createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
}).listen(3000, '0.0.0.0');
