"""The decoders that may run: those that libraries of media really need.

Rare ones stay off: they are where hostile files find their way in (FFmpeg CVE-2026-8461, MagicYUV).
"""

_AUDIO = """
    aac aac_latm ac3 eac3 alac amrnb amrwb ape cook dca dsd_lsbf dsd_lsbf_planar dsd_msbf
    dsd_msbf_planar flac gsm gsm_ms mlp truehd mp1 mp1float mp2 mp2float mp3 mp3float mpc7 mpc8 opus
    libopus libspeex speex tta vorbis wavpack wmav1 wmav2 wmapro wmalossless adpcm_ima_wav
    adpcm_ima_qt adpcm_ms adpcm_swf adpcm_yamaha nellymoser qdm2 libopencore_amrnb
    libopencore_amrwb pcm_alaw pcm_mulaw pcm_f32be pcm_f32le pcm_f64be pcm_f64le pcm_s16be pcm_s16le
    pcm_s24be pcm_s24le pcm_s32be pcm_s32le pcm_s8 pcm_u8 pcm_dvd pcm_bluray pcm_s16be_planar
    pcm_s16le_planar pcm_s24le_planar pcm_s32le_planar
"""
_VIDEO = """
    h264 hevc vp8 vp9 libvpx libvpx-vp9 av1 libdav1d libaom-av1 mpeg1video mpeg2video mpegvideo
    mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4 wmv1 wmv2 wmv3 vc1 h263 h263i h263p flv vp6 vp6a vp6f theora
    prores dnxhd dvvideo rv10 rv20 rv30 rv40 svq1 svq3 mjpeg mjpegb png gif bmp webp
    tiff rawvideo qtrle cinepak
"""
_SUBTITLE = "subrip srt ass ssa mov_text webvtt text pgssub dvdsub dvbsub"

_STILL = frozenset({"png", "gif", "bmp", "webp", "tiff"})

VIDEO_DECODERS = frozenset(_VIDEO.split())
AUDIO_DECODERS = frozenset(_AUDIO.split())
PROBE_DECODERS = ",".join(w for w in (_AUDIO + _VIDEO + _SUBTITLE).split() if w not in _STILL)
"""For looking, not for watching: FFmpeg would decode every PNG cover whole to learn its size."""
