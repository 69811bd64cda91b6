"""Which fields of an object a program owns, and how they are brought from the reviewed values to the wanted ones."""
