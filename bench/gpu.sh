#!/bin/sh
# Runs bench/gpu.ts: in a checkout with its Node, or in a folder made by bench/gpu/pack.mjs with the Node that is packed there.
# Finds Vulkan's loader, unpacking it from .deb files beside this script where the system has none.
#
#   sh gpu.sh [options of bench/gpu.ts]
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if [ -f "$here/pack.tar.xz" ]; then
  home=${CLASSEUR_GPU_DIR:-${TMPDIR:-/tmp}/classeur-gpu}
  if [ ! -f "$home/complete" ]; then
    rm -rf "$home"
    mkdir -p "$home"
    if command -v xz >/dev/null 2>&1; then
      xz -dc "$here/pack.tar.xz" | tar xf - -C "$home"
    else
      python3 -c "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])" "$here/pack.tar.xz" "$home"
    fi
    : >"$home/complete"
  fi
else
  home=
fi

if ! { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q 'libvulkan\.so\.1'; then
  loader=${CLASSEUR_VULKAN_DIR:-${TMPDIR:-/tmp}/classeur-vulkan}
  for package in "$here"/debs/*.deb; do
    [ -f "$package" ] || continue
    mkdir -p "$loader"
    dpkg -x "$package" "$loader"
  done
  if [ -d "$loader/usr/lib" ]; then
    for folder in "$loader"/usr/lib/*-linux-gnu; do
      LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    done
    export LD_LIBRARY_PATH
  else
    echo "There is no libvulkan.so.1: install it (Debian's package libvulkan1), or put its .deb into $here/debs." >&2
  fi
fi

# NVIDIA's driver, where it is mounted beside the system's folders.
nvidia=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && [ -f "$nvidia" ]; then
  export VK_DRIVER_FILES=$nvidia
fi

if [ -n "$home" ]; then
  exec "$home/node" "$home/app/bench/gpu.js" "$@"
fi
cd "$here/.."
exec node --import tsx bench/gpu.ts "$@"
