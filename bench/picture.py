# SPDX-License-Identifier: MIT
def draw(json_path, svg_path):
    raise SystemExit("not yet")
