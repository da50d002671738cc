'use strict';

module.exports = (req, res) => res.send('never');
