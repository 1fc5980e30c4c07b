"""Land that quota is made of (土地): projects, their parcels, geometry, and files that bring them."""
