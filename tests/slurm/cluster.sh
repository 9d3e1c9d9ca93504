# Sourced by in_cluster.sh and helpers.sh, in namespaces of their own and in a folder with state/ and log/: a Slurm cluster.

network=198.51.100   # for documentation (RFC 5737): nobody's

start_cluster() {
  local node nodes=$1
  mount -t tmpfs tmpfs /run
  mount -t tmpfs -o mode=1777 tmpfs /dev/shm
  hostname head
  printf '%s\n' "127.0.0.1 localhost" "$network.1 head" >hosts
  for ((node = 1; node <= nodes; ++node)); do echo "$network.1$node n$node" >>hosts; done
  mount --bind hosts /etc/hosts
  ip link set lo up
  ip link add eth0 type bridge
  ip addr add "$network.1/24" dev eth0
  ip link set eth0 up

  mkdir -m 755 /run/munge
  mkdir -m 700 /run/key
  (umask 077 && head -c 1024 /dev/urandom >/run/key/munge.key)
  munged --key-file=/run/key/munge.key --seed-file=/run/key/seed --pid-file=/run/munge/munged.pid --log-file=/run/key/munged.log

  slurm_conf "$nodes" >slurm.conf
  printf 'PMIxCollFence=ring\n' >mpi.conf   # the default lets ranks crash in MPI_Init now and then
  export SLURM_CONF=$PWD/slurm.conf
  slurmctld
  for ((node = 1; node <= nodes; ++node)); do
    ip netns add "n$node"
    ip link add "cable$node" type veth peer name eth0 netns "n$node"
    ip link set "cable$node" master eth0 up
    ip -n "n$node" addr add "$network.1$node/24" dev eth0
    ip -n "n$node" link set lo up
    ip -n "n$node" link set eth0 up
    ip -n "n$node" route add default via "$network.1"
    start_node "n$node"
  done
  local tries
  for ((tries = 0; tries < 100; ++tries)); do
    [ "$(sinfo -h -N -p main -o %t | grep -c '^idle$')" != "$nodes" ] || return 0
    sleep 0.3
  done
  echo "the nodes do not come up:" && sinfo -N -l && tail -n 5 log/*
  return 1
}

start_node() {
  mkdir -p "spool/$1" "tmp/$1"
  # shellcheck disable=SC2016   # the inner shell's
  nsenter --net="/run/netns/$1" unshare --mount --uts bash -c 'hostname "$1" && exec slurmd -N "$1"' _ "$1"
}
# Its processes die at once, as without power.
kill_node() { ip netns pids "$1" | xargs -r kill -KILL; }
cut_node() { ip -n "$1" link set eth0 down; }
mend_node() { ip -n "$1" link set eth0 up; }

# Short times, so that tests are: of a requeued job's wait (cred_expire), until a node is down, until a job is killed.
slurm_conf() {
  cat <<CONF
ClusterName=test
SlurmctldHost=head($network.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=cred_expire=5
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool/%n
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.%n.pid
SlurmctldLogFile=$PWD/log/slurmctld.log
SlurmdLogFile=$PWD/log/slurmd.%n.log
TmpFS=$PWD/tmp/%n
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
PropagateResourceLimits=NONE
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=1
ReturnToService=2
SlurmdTimeout=10
BatchStartTimeout=10
MessageTimeout=10
KillWait=5
UnkillableStepTimeout=20
InactiveLimit=0
MinJobAge=7200
MailProg=/bin/true
NodeName=n[1-$1] NodeAddr=$network.1[1-$1] CPUs=4 RealMemory=16000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES PriorityTier=5
PartitionName=low Nodes=ALL PriorityTier=1 GraceTime=10
CONF
}
