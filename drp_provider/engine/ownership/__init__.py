"""The owned fields of an object, and their change from the reviewed values to the wanted ones."""
