#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Makes long series from short ones of four systems, by mdgan and its rivals, with several seeds, and compares them with
# the truth: all numbers and pictures of docs/validation.md. Hours; runs that are there already, of the same sources and
# the same settings, are not repeated, so that it may be stopped and started again.
#   bench/validate.sh [CASE...]     default: oscillator diffusion water polymer; none: only tables and pictures
#   MDGAN_VALIDATE_SEEDS=n          seeds 1 .. n (default 5)
#   MDGAN_VALIDATE_PARTS="a b ..."  of the rows below (default: all)
#   MDGAN_VALIDATE_JOBS=n           runs beside each other, one thread each (default: one per processor)
#   MDGAN_VALIDATE_MINUTES=x        limit of each training, instead of those below
#   MDGAN_VALIDATE_ROWS=a,b,...     only these rows, as the part own
#   MDGAN_VALIDATE_AGAIN=1          repeat what is there
#   MDGAN_VALIDATE_PROGRAM=p        default build/release/bin/mdgan
#   MDGAN_VALIDATE_RESULTS=dir      default bench/results/validation; any other leaves docs/ alone
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
# shellcheck source=bench/origin.sh
. "$root/bench/origin.sh"
program=$(readlink -f "${MDGAN_VALIDATE_PROGRAM:-$root/build/release/bin/mdgan}")
kept=$root/bench/results/validation
results=$(readlink -m "${MDGAN_VALIDATE_RESULTS:-$kept}")
work=$root/build/validation
[ "$results" = "$kept" ] || work=$results/work
jobs=${MDGAN_VALIDATE_JOBS:-$(nproc)}
seeds=${MDGAN_VALIDATE_SEEDS:-5}
[ -x "$program" ] || { echo "validate.sh: no program '$program': run scripts/build.sh first" >&2; exit 1; }
all=(oscillator diffusion water polymer)
case ${1:-all} in
all) cases=("${all[@]}") ;;
none) cases=() ;;
*) cases=("$@") ;;
esac
for case in "${cases[@]}"; do
    [[ " ${all[*]} " == *" $case "* ]] || { echo "validate.sh: unknown case '$case': there are ${all[*]}, or none" >&2; exit 2; }
done
# A training has one thread, and nobody else has more.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
mkdir -p "$results" "$work"

# The last commit that touched what is measured, and a checksum of what has changed since.
sources() { # path...
    local last change
    last=$(git -C "$root" log -1 --format=%h -- "$@" 2> /dev/null) || { echo none; return; }
    change=$({ git -C "$root" diff HEAD -- "$@"
        git -C "$root" ls-files -o --exclude-standard -z -- "$@" | (cd "$root" && xargs -0r cat); })
    [ -z "$change" ] || last="$last+$(echo "$change" | sha1sum | cut -c1-7)"
    echo "$last"
}

# What is run apart, so that the rivals, hours of them, need not be repeated when mdgan has changed.
parts=(own paper rivals ten)
rows() { # case, part
    local own=mdgan,linear,burg-ar,pair-gaussian,independent,floor
    case $1-$2 in
    *-paper) echo mdgan-paper ;;
    oscillator-own) echo $own,burg-ar-3/4,burg-ar-1/2,burg-ar-1/4 ;;
    diffusion-own) echo $own,known-form,known-times ;;
    *-own) echo $own ;;
    # The recurrent rivals are the paper's comparison for the oscillator; elsewhere they would take hours more.
    oscillator-rivals) echo naive,naive-published,c-rnn-gan,c-rnn-gan-tuned ;;
    oscillator-ten) echo c-rnn-gan-10x ;;
    *-rivals) echo naive ;;
    esac
}

# On one thread and beside other runs. Whoever is compared with mdgan has its time; the paper's training has five minutes
# for the paper's oscillator.
minutes() { # case, part
    case $1-$2 in
    oscillator-paper) echo 5 ;;
    oscillator-*) echo 1.2 ;;
    *) echo 0.3 ;;
    esac
}

run() { # case, part, seed, rows
    local name=$1-$2-$3 file draft words child sources
    file=$results/$name.json draft=$work/$name.draft
    words=(bench "$1" --json --seeds 1 --first "$3" --threads 1 --rows "$4"
        --minutes "${MDGAN_VALIDATE_MINUTES:-$(minutes "$1" "$2")}")
    # Spectra are large: one seed's are enough for a picture.
    case $1-$3 in *-1 | diffusion-* | polymer-*) words+=(--curves) ;; esac
    sources=$sources_mdgan
    case $2 in rivals | ten) sources=$sources_bench ;; esac
    if [ -z "${MDGAN_VALIDATE_AGAIN:-}" ] && grep -qsF "\"command\": \"mdgan ${words[*]}\"" "$file" &&
        grep -qF "\"sources\": \"$sources\"" "$file"; then
        echo "validate.sh: $1, $2, seed $3: is there already"
        return
    fi
    SECONDS=0
    "$program" "${words[@]}" -o "$draft.out" 2> "$work/$name.log" &
    child=$!
    trap 'kill $child; exit 143' TERM
    if wait $child; then
        {
            echo "{"
            printf '"command": "mdgan %s",\n%s\n' "${words[*]}" "$origin"
            printf '"sources": "%s",\n"seconds": %d,\n"results": ' "$sources" "$SECONDS"
            cat "$draft.out"
            echo "}"
        } > "$draft"
        mv "$draft" "$file"
        echo "validate.sh: $1, $2, seed $3: done in $SECONDS s"
    else
        echo "validate.sh: $1, $2, seed $3: failed, see $work/$name.log" >&2
        touch "$work/failed"
    fi
    rm -f "$draft" "$draft.out"
}

# What runs in the background of a script does not hear of an interrupt.
trap 'kill $(jobs -p) 2> /dev/null; exit 130' INT TERM

[ -z "${MDGAN_VALIDATE_PARTS:-}" ] || read -ra parts <<< "$MDGAN_VALIDATE_PARTS"
[ -z "${MDGAN_VALIDATE_ROWS:-}" ] || parts=(own)
sources_bench=$(sources 'bench/*.[ch]' bench/peers/{naive,crnn_gan,series}.py bench/data)
sources_mdgan=$(sources core plugin cli 'bench/*.[ch]' 'bench/peers/*.py' bench/data)
# As things are now: who commits while this runs changes nothing of the program that runs.
origin=$(origin | sed -n '2,$s/^\([a-z]*\) *\(.*\)/"\1": "\2",/p')
rm -f "$work/failed" "$work"/*.draft*
for case in "${cases[@]}"; do
    for part in "${parts[@]}"; do
        rows=${MDGAN_VALIDATE_ROWS:-$(rows "$case" "$part")}
        for ((seed = 1; seed <= seeds && ${#rows} > 0; seed++)); do
            while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
                wait -n
            done
            run "$case" "$part" "$seed" "$rows" &
        done
    done
done
wait
[ ! -e "$work/failed" ] || exit 1

/usr/bin/python3 "$root/bench/tables.py" "$results" "$work"
command -v gnuplot > /dev/null || { echo "validate.sh: no pictures without gnuplot (scripts/deps.sh demo)" >&2; exit; }
for case in "${all[@]}"; do
    if [ -e "$work/$case.md" ]; then
        (cd "$work" && gnuplot -e "plots='$root/bench/plots'; reference='$root/examples/water-lammps/reference-vdos.csv'" \
            "$root/bench/plots/$case.gp")
    fi
done
[ "$results" != "$kept" ] || "$root/scripts/update-docs.sh" validation
