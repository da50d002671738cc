'use strict';

// A handler, but under a name: neither the module itself nor its default.
exports.handler = (_req, res) => res.send('never');
