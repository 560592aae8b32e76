#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# docs/keywords.md is what the program prints. Usage: check_keywords.sh MDGAN SOURCE_DIR
if ! diff <("$1" keywords --markdown) "$2/docs/keywords.md"; then
    echo "docs/keywords.md is out of date: run mdgan keywords --markdown > docs/keywords.md"
    exit 1
fi
