"""What a program says: one declarative module per resource type.

A module names the model (`drp_provider.models`), lists the inputs with their meaning, and the outputs as annotations.
"""
