"""Scene and character images and layers."""
