"""The painter: layered scenes, palettes and cameras that references and video share."""
