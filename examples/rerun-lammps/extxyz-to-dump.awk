# SPDX-License-Identifier: BSD-3-Clause
# Extended XYZ with velocities -> LAMMPS dump for `rerun ... dump x y z vx vy vz`.
#   awk -v every=4 -v type="O 1 H 2" -f extxyz-to-dump.awk water.extxyz > water.dump
# every: timesteps between two frames, unless the comment line has Step=. type: species and their LAMMPS types.
# Columns are found by the Properties of the first frame; the box has to be orthogonal. Units are left as they are:
# positions in Angstrom and velocities in Angstrom/fs suit `units real`. Velocities in ASE's unit, Angstrom per 10.1805 fs,
# become that with -v scale=0.0982269.
function complain(text) {
    print "extxyz-to-dump.awk: " (frame == "" ? "" : "frame " frame ": ") text > "/dev/stderr"
    failed = 1
    exit 1
}
function value(line, key,    at, rest) { # key=word or key="words"
    at = match(line, "(^|[ \t])" key "=")
    if (!at) return ""
    rest = substr(line, RSTART + RLENGTH)
    if (substr(rest, 1, 1) == "\"") { rest = substr(rest, 2); return substr(rest, 1, index(rest, "\"") - 1) }
    return substr(rest, 1, match(rest, /[ \t]|$/) - 1)
}
BEGIN {
    if (scale == "") scale = 1
    if (every == "") every = 1
    n = split(type, word, " ")
    for (i = 1; i < n; i += 2) number[word[i]] = word[i + 1]
    if (n < 2) complain("give the types, e.g. -v type=\"O 1 H 2\"")
}
left == 0 {
    if (NF == 0) next
    frame++
    if ($1 !~ /^[0-9]+$/) complain("expected the number of atoms, found '" $0 "'")
    left = atoms = $1
    if ((getline line) <= 0) complain("no comment line")
    n = split(value(line, "Properties"), property, ":")
    species = position = velocity = 0
    column = 1
    for (i = 1; i + 2 <= n; i += 3) {
        if (property[i] == "species") species = column
        if (property[i] == "pos") position = column
        if (property[i] ~ /^(vel|velo|velocities|momenta)$/) velocity = property[i] == "momenta" ? -1 : column
        column += property[i + 2]
    }
    if (velocity < 0) complain("it has momenta; write velocities")
    if (!species || !position || !velocity) complain("Properties needs species, pos and vel, found '" value(line, "Properties") "'")
    if (split(value(line, "Lattice"), edge, " ") != 9) complain("Lattice needs nine numbers")
    for (i = 1; i <= 9; i++) if (i % 4 != 1 && edge[i] != 0) complain("the box is not orthogonal")
    step = value(line, "Step")
    printf "ITEM: TIMESTEP\n%d\nITEM: NUMBER OF ATOMS\n%d\nITEM: BOX BOUNDS pp pp pp\n", step == "" ? (frame - 1) * every : step, atoms
    printf "0 %s\n0 %s\n0 %s\nITEM: ATOMS id type x y z vx vy vz\n", edge[1], edge[5], edge[9]
    next
}
{
    if (!($species in number)) complain("no type for species '" $species "'; add it to -v type=")
    print atoms - left + 1, number[$species], $position, $(position + 1), $(position + 2), \
        scale * $velocity, scale * $(velocity + 1), scale * $(velocity + 2)
    left--
}
END { if (!failed && left > 0) complain("the file ends " left " atoms too early") }
