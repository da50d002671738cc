// Greets the person that the payload names.
module.exports = async (req, res) => {
  const { name = 'world' } = req.payload;
  res.json({ message: `Hello, ${name}!` });
};
