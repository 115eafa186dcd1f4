"""Loads exported models in an interpreter that has no mmdvae, as their readers do, and lets their networks run."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

# Of the interpreter: any import of ours fails. Each case is a folder, the inputs and where to write the outputs.
SCRIPT = """
import json, runpy, sys
sys.modules["mmdvae"] = None
import numpy as np
from pathlib import Path

def keras_files(path, inputs):
    import keras
    return keras.models.load_model(f"{path}.keras").predict(inputs)

def saved_model(path, inputs):
    import tensorflow as tf
    loaded = tf.saved_model.load(str(path))
    return loaded.serve(inputs)

def onnx_files(path, inputs):
    import onnxruntime
    session = onnxruntime.InferenceSession(f"{path}.onnx")
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: inputs})))

CALLS = {"keras": keras_files, "savedmodel": saved_model, "onnx": onnx_files}
for case in json.loads(sys.argv[1]):
    folder = Path(case["folder"])
    call = CALLS[json.loads((folder / "model.json").read_text())["format"]]
    with np.load(case["inputs"]) as inputs:
        outputs = dict(call(folder / "encoder", inputs["image"])) | dict(call(folder / "decoder", inputs["code"]))
    np.savez(case["outputs"], **{name: np.asarray(value) for name, value in outputs.items()})
    runpy.run_path(str(folder / "example.py"))
"""


def outputs(folders: list[Path], image: list[np.ndarray], code: list[np.ndarray], place: Path) -> list[dict]:
    """For each folder mean and log_variance of the images (n, H, W, C), and image of the codes (n, d).

    Fails if they cannot be loaded, or if an example.py fails.
    """
    cases = []
    for number, folder in enumerate(folders):
        np.savez(place / f"in{number}.npz", image=image[number], code=code[number])
        names = {what: str(place / f"{what}{number}.npz") for what in ("in", "out")}
        cases.append({"folder": str(folder.resolve()), "inputs": names["in"], "outputs": names["out"]})
    # -I: without the folder of the script, the user's packages and PYTHONPATH.
    words = [sys.executable, "-I", "-c", SCRIPT, json.dumps(cases)]
    done = subprocess.run(words, cwd=place, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return [dict(np.load(case["outputs"])) for case in cases]
