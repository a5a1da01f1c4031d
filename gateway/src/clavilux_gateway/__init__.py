"""The public face: uploads, job status, progress as server-sent events, downloads."""
