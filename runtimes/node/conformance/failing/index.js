'use strict';

module.exports = (_req, res) => res.send('never');
