#!/usr/bin/env bash
# Makes the .deb of a build tree and takes it through its life in a root of its own.
#   tests/package/install.sh <build tree> <cpack>
set -euo pipefail
umask 022

build=$1
cpack=$2
# dpkg wants to be root; in a namespace of one's own everybody is.
if ((EUID != 0)); then exec unshare --map-root-user "$0" "$@"; fi

work=$(mktemp -d)
host=
finish() {
  if [[ -n $host ]]; then kill -KILL "$host" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "package: $*" >&2; exit 1; }

# --- made ---
"$cpack" --config "$build/CPackConfig.cmake" -B "$work/made" >"$work/cpack.log" 2>&1 \
  || { tail -n 40 "$work/cpack.log" >&2; fail "cpack failed"; }
deb=$(echo "$work"/made/sluice_*.deb)
[[ -f $deb ]] || fail "there is no package"
contents=$(dpkg-deb --contents "$deb")
for path in ./usr/bin/sluice ./usr/lib/sluice/plugins/firecrawl-source.so ./etc/sluice/pipeline.yaml \
            ./usr/lib/systemd/system/sluice.service ./usr/lib/sysusers.d/sluice.conf; do
  grep -q " $path\$" <<<"$contents" || fail "it lacks $path"
done
if grep -qE '/include/|/cmake/|/tests?/' <<<"$contents"; then fail "it has what only builders need"; fi
dpkg-deb --field "$deb" Depends | grep -q 'libssl' || fail "it does not say which libraries it needs"
dpkg-deb --info "$deb" conffiles | grep -qx /etc/sluice/pipeline.yaml || fail "the pipeline file is not the operator's"

# --- installed ---
root=$work/root
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers} "$root/etc"
touch "$root/var/lib/dpkg/status" "$root/etc/passwd" "$root/etc/group" "$root/etc/shadow" "$root/etc/gshadow"
in_root() {
  dpkg --root="$root" --log="$work/dpkg.log" --force-depends --force-script-chrootless "$@" \
    >"$work/dpkg.out" 2>&1 || { cat "$work/dpkg.out" >&2; fail "dpkg $1 failed"; }
}
in_root --install "$deb"
grep -q '^sluice:' "$root/etc/passwd" || fail "there is no user sluice"
unit=$root/usr/lib/systemd/system/sluice.service
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify --root="$root" sluice.service >"$work/verify.log" 2>&1 || true
  if grep -E 'sluice\.service:.*(Unknown|Failed to parse|Invalid)' "$work/verify.log"; then fail "the unit is wrong"; fi
fi

# --- run as the unit says, with this root in front of its paths ---
line=$(sed -n 's/^ExecStart=//p' "$unit")
read -ra command <<<"${line//\/etc\//$root/etc/}"
command[0]=$root${command[0]}
[[ -x ${command[0]} ]] || fail "ExecStart names no program: $line"
env -i PATH=/usr/bin:/bin "${command[@]}" --set "data=$root/var/lib/sluice" --set http.listen=127.0.0.1:0 \
  --ready-file "$work/ready" >"$work/host.log" 2>&1 &
host=$!
for ((i = 0; i < 300; ++i)); do
  [[ -s $work/ready ]] && break
  kill -0 "$host" 2>/dev/null || { cat "$work/host.log" >&2; fail "the host ended"; }
  sleep 0.1
done
[[ -s $work/ready ]] || { cat "$work/host.log" >&2; fail "the host did not become ready"; }
url=$(<"$work/ready")
address=${url#http://}
exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
printf 'GET /health/ready HTTP/1.1\r\nHost: package\r\nConnection: close\r\n\r\n' >&3
grep -q '"status":"ready"' <&3 || fail "/health/ready is not ready"
exec 3>&-
kill -TERM "$host"
code=0
wait "$host" || code=$?
host=
((code == 0)) || { cat "$work/host.log" >&2; fail "the host ended with $code"; }

# --- gone ---
in_root --remove sluice
[[ ! -e $root/usr/bin/sluice && ! -e $root/usr/lib/sluice ]] || fail "a removal leaves the program"
[[ -e $root/etc/sluice/pipeline.yaml && -e $root/var/lib/sluice/host.db ]] || fail "a removal takes what is the operator's"
in_root --purge sluice
left=$(find "$root" -path "$root/var/lib/dpkg" -prune -o -path '*sluice*' -print)
[[ -z $left ]] || fail "a purge leaves: $left"
echo "package: $(basename "$deb") installs, runs and goes"
