# SPDX-License-Identifier: MIT
"""What stands on the pages of a PDF that Chromium has printed."""
import re
import zlib

OBJECT = re.compile(rb"(?m)^(\d+) 0 obj\n(.*?)\nendobj", re.S)


class Paper:
    def __init__(self, data):
        self.size = len(data)
        self.objects = dict(OBJECT.findall(data))
        self.maps = {}
        self.pages = [self.text(o) for o in self.objects.values() if b"/Type /Page\n" in o]

    def stream(self, number):
        o = self.objects[number]
        head, data = o.split(b"stream\n", 1)
        data = data.rsplit(b"\nendstream", 1)[0]
        return zlib.decompress(data) if b"/FlateDecode" in head else data

    def unicode(self, font):
        """Of a font the characters of its glyphs."""
        if font not in self.maps:
            chars = self.maps[font] = {}
            m = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[font])
            text = self.stream(m[1]) if m else b""
            for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", text, re.S):
                for code, to in re.findall(rb"<(\w+)> <(\w+)>", block):
                    chars[int(code, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be", "replace")
            for block in re.findall(rb"beginbfrange\n(.*?)endbfrange", text, re.S):
                for low, high, to in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
                    for i in range(int(low, 16), int(high, 16) + 1):
                        chars[i] = chr(int(to, 16) + i - int(low, 16))
        return self.maps[font]

    def text(self, page):
        """All that is written on it, a piece a line, in the order in which it was drawn."""
        fonts = dict(re.findall(rb"/(F\d+) (\d+) 0 R", page))
        contents = re.search(rb"/Contents (\d+) 0 R", page)[1]
        out, chars = [], {}
        for line in self.stream(contents).decode("latin-1").split("\n"):
            f = re.match(r"/(F\d+) ", line)
            if f:
                chars = self.unicode(fonts[f[1].encode()])
                wide = b"/Type0" in self.objects[fonts[f[1].encode()]]
                step = 4 if wide else 2
            elif line == "BT":
                out.append("")
            for codes in re.findall(r"<([0-9A-Fa-f]+)>", line) if "T" in line else ():
                out[-1] += "".join(chars.get(int(codes[i:i + step], 16), "?") for i in range(0, len(codes), step))
        return "\n".join(out)
