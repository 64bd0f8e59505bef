"""``python -m apollonia.analyze.runtimes.gpu_probe``: prints which GPUs TensorFlow can use."""

import json
import sys

from apollonia.analyze.runtimes.tensorflow import import_tensorflow
from apollonia.errors import ConfigurationError


def main() -> None:
    """One line of JSON: ``gpus`` and, where there are none, ``fault``."""
    gpus: list[str] = []
    try:
        tf = import_tensorflow()
        for gpu in tf.config.list_physical_devices("GPU"):
            details = tf.config.experimental.get_device_details(gpu)
            gpus.append(str(details.get("device_name", gpu.name)))
        fault = "" if gpus else "TensorFlow finds no GPU that it can use (driver and CUDA?)"
    except (ImportError, ConfigurationError) as error:
        fault = str(error)
    json.dump({"gpus": gpus, "fault": fault}, sys.stdout)


if __name__ == "__main__":
    main()
