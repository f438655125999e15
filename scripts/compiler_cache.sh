# shellcheck shell=bash
# Sourced by the scripts that build, from the checkout's top: lets ccache serve every checkout of one machine.
# Without the first ccache refuses each file that uses a precompiled header.
export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS-pch_defines,time_macros,include_file_mtime,include_file_ctime}"
# Paths within the checkout count by their place in it, so that a second checkout finds what the first compiled.
export CCACHE_BASEDIR="${CCACHE_BASEDIR-$PWD}" CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR-true}"
# A precompiled header is as large as all else: its digest is kept, by the file system's number of the file, and not made
# anew for each file that uses it.
export CCACHE_INODECACHE="${CCACHE_INODECACHE-true}"
