"""Examples that OpenAPI shows; a test holds them to the schemas."""

from typing import Any

_TIME = "2024-01-01T12:00:00.000000+00:00"

PROBLEM: dict[str, Any] = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "code": "not_found",
    "detail": "No file has the id 0198c0de-0000-7000-8000-000000000001.",
    "instance": "/api/v1/files/0198c0de-0000-7000-8000-000000000001",
    "request_id": "0198c0de-aaaa-7000-8000-000000000000",
}

FILE_ITEM: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000001",
    "file_path": "/music/Ada/First Light/01 Dawn.flac",
    "file_path_b64": None,
    "root": "/music",
    "folder": "/music/Ada/First Light",
    "name": "01 Dawn.flac",
    "kind": "audio",
    "format": "flac",
    "availability": "present",
    "status": "cataloged",
    "reason": None,
    "reason_code": None,
    "analysis": "pending",
    "sha256_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "xxh128_hash": "6c78e0e3bd51d358d01e758642b85fb8",
    "size": 24117248,
    "modified_time": _TIME,
    "accessed_time": _TIME,
    "changed_time": _TIME,
    "timestamp": _TIME,
    "added_time": _TIME,
    "missing_since": None,
    "title": "Dawn",
    "artist": "Ada",
    "album": "First Light",
    "album_artist": "Ada",
    "year": 2024,
    "genre": "Ambient",
    "track": 1,
    "disc": 1,
    "duration_ms": 214000,
    "codec": "flac",
    "container": "flac",
    "bit_rate": 901000,
    "sample_rate": 44100,
    "channels": 2,
    "width": None,
    "height": None,
    "frame_rate": None,
    "has_artwork": True,
    "artwork_url": "/api/v1/files/0198c0de-0000-7000-8000-000000000001/artwork",
}

ROOT_STATUS: dict[str, Any] = {
    "root": "/music",
    "state": "scanning",
    "message": None,
    "found": 20000,
    "done": 4200,
    "left": 15800,
    "errors": 3,
    "rate": 1850.5,
    "skipped": [{"path": "/music/pipe", "reason": "named pipe"}],
    "skipped_count": 1,
    "last_scan_time": None,
    "updated_time": _TIME,
}

STATS: dict[str, Any] = {
    "files": 4200,
    "by_kind": {"audio": 4000, "image": 200},
    "by_format": {"flac": 3000, "mp3": 1000, "jpeg": 200},
    "by_status": {"cataloged": 4197, "unreadable": 3},
    "by_availability": {"present": 4190, "missing": 10},
    "total_size": 98765432100,
    "total_duration_ms": 864000000,
    "roots": [ROOT_STATUS],
    "position": 4312,
    "queues": {"apollonia-populator": 12},
    "dead_letters": 0,
}
