"""Readers of what lies beside media: subtitles, lyrics, cue sheets, playlists, descriptions, sums.

Each takes the text of one file and gives fields of ``messages.Media`` as JSON, bounded. They run in
the confined workers, like everything that looks into foreign files.
"""
