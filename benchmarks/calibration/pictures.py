def draw(known): pass
