'use strict';

// A handler, but under a name: neither the module itself nor its default.
exports.handler = (req, res) => res.send('never');
