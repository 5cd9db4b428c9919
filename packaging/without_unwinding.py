"""Fills the unwind tables of ELF programs with zeros: `without_unwinding.py FILE...`.

A release never unwinds: a panic aborts it. The tables are overwritten, not removed, so that no address
changes; zeros compress to almost nothing. A file that is not a 64-bit ELF program is not changed.
"""

import pathlib
import struct
import sys

SECTIONS = (b".eh_frame", b".eh_frame_hdr")


def blanked(program):
    """The bytes of a program with its unwind tables set to zero."""
    # The ELF-64 object file format: e_ident, e_shoff, e_shentsize, e_shnum, e_shstrndx.
    if program[:6] != b"\x7fELF\x02\x01":
        return program
    (headers,) = struct.unpack_from("<Q", program, 0x28)
    size, count, names = struct.unpack_from("<HHH", program, 0x3A)
    # sh_name, sh_offset and sh_size of a section header.
    section = lambda index: (
        struct.unpack_from("<I", program, headers + index * size)[0],
        *struct.unpack_from("<QQ", program, headers + index * size + 0x18),
    )
    _, texts, _ = section(names)
    result = bytearray(program)
    for name, offset, length in map(section, range(count)):
        begin = texts + name
        if program[begin : program.index(b"\0", begin)] in SECTIONS:
            result[offset : offset + length] = bytes(length)
    return bytes(result)


def main():
    for path in map(pathlib.Path, sys.argv[1:]):
        program = path.read_bytes()
        result = blanked(program)
        # Written in place, so that the file keeps its mode and its links.
        if result != program:
            path.write_bytes(result)


if __name__ == "__main__":
    main()
