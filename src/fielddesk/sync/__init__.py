"""How a laptop and headquarters come to agree."""
