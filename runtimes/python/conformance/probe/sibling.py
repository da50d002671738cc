# A handler that is not written as one: the name is all that counts.
from interpreter import create_probe

handler = create_probe("sibling.py")
