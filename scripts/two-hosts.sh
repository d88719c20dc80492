#!/bin/bash
# Runs a program under mpirun on two hosts with a line between them, which are network namespaces of this
# machine. For root, with iproute2 and openmpi-bin.
#
# usage: two-hosts.sh RATE PROGRAM [ARGUMENT...]     RATE as tc takes it, such as 1gbit
set -euo pipefail
rate=$1
shift
one=zk-one-$$ two=zk-two-$$
agent=$(mktemp)
remove() {
  rm -f "$agent"
  for host in $one $two; do ip netns delete "$host" 2>/dev/null || true; done
}
trap remove EXIT

ip netns add "$one"
ip netns add "$two"
ip link add line netns "$one" type veth peer name line netns "$two"
address=1
for host in $one $two; do
  ip -n "$host" address add 10.77.0.$address/24 dev line
  ip -n "$host" link set lo up
  ip -n "$host" link set line up
  # Both ends send no faster than this; many kernels have no netem.
  ip netns exec "$host" tc qdisc add dev line root tbf rate "$rate" burst 1mb latency 50ms
  address=$((address + 1))
done
# What mpirun starts on another host with, in place of ssh. A name of its own keeps Open MPI from
# taking it for the same host, which shares memory.
cat >"$agent" <<AGENT
#!/bin/sh
case \$1 in 10.77.0.1) host=$one ;; *) host=$two ;; esac
shift
exec ip netns exec \$host unshare --uts sh -c "hostname \$host; \$*"
AGENT
chmod +x "$agent"
ip netns exec "$one" mpirun --allow-run-as-root --bind-to none -np 2 --host 10.77.0.1,10.77.0.2 \
  --mca plm_rsh_agent "$agent" --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 \
  --mca oob_tcp_if_include 10.77.0.0/24 "$@"
