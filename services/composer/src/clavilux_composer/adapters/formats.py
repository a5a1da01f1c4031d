"""Containers that are opened: no playlists or scripts, which could name other files of this machine."""

CLIP_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,gif"
STILL_FORMATS = "png_pipe,jpeg_pipe,webp_pipe"
SONG_FORMATS = "mp3,wav,w64,flac,ogg,aac,aiff,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
