# SPDX-License-Identifier: MIT
# Sourced by scripts that talk with servers on this machine. Some places (unshare -n) have not even that network.
loopback() { # where the kernel does not tell: yes
	test ! -r /proc/net/fib_trie || grep -q '127\.0\.0\.1' /proc/net/fib_trie
}
