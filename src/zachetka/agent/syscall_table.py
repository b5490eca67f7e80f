"""Which system calls a notebook may make, with their numbers in the kernel's tables.

Each stands with its number on x86_64 (syscall_64.tbl) and on aarch64 (asm-generic/unistd.h), a dash
where the architecture never had it. What stands in neither table answers as if the kernel did not
have it, so that libraries take an older way: calls that came later, relics, and what notebooks have
no use for, as queues and shared memory of System V, asynchronous I/O of Linux and landlock.
"""

from __future__ import annotations

from typing import Final

Numbers = tuple[int | None, int | None]


def _table(text: str) -> dict[str, Numbers]:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    rows = (row.split(":") for line in lines for row in line.split())
    return {name: (_number(x86_64), _number(aarch64)) for name, x86_64, aarch64 in rows}


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


# What a program that asks for it must be told plainly: it may not.
REFUSED: Final = _table("""
    # Other processes, and one's own made open to others.
    ptrace:101:117 process_vm_readv:310:270 process_vm_writev:311:271 kcmp:312:272
    migrate_pages:256:238 move_pages:279:239 userfaultfd:323:282 pidfd_getfd:438:438
    # The kernel's own machinery.
    add_key:248:217 request_key:249:218 keyctl:250:219 bpf:321:280 perf_event_open:298:241
    io_uring_setup:425:425 io_uring_enter:426:426 io_uring_register:427:427 memfd_secret:447:447
    init_module:175:105 finit_module:313:273 delete_module:176:106 kexec_load:246:104
    kexec_file_load:320:294 reboot:169:142 syslog:103:116 acct:163:89 personality:135:92
    # Files and namespaces.
    mount:165:40 umount2:166:39 pivot_root:155:41 chroot:161:51 unshare:272:97 setns:308:268
    name_to_handle_at:303:264 open_by_handle_at:304:265 fanotify_init:300:262 fanotify_mark:301:263
    quotactl:179:60 quotactl_fd:443:443 swapon:167:224 swapoff:168:225 open_tree:428:428
    move_mount:429:429 fsopen:430:430 fsconfig:431:431 fsmount:432:432 fspick:433:433
    mount_setattr:442:442 statmount:457:457 listmount:458:458 open_tree_attr:467:467
    # The machine's name and clock.
    sethostname:170:161 setdomainname:171:162 settimeofday:164:170 clock_settime:227:112
    adjtimex:159:171 clock_adjtime:305:266 vhangup:153:58
""")

# Some of them with some arguments only: see `syscalls.program`.
ALLOWED: Final = _table("""
    # Files that are open.
    read:0:63 write:1:64 readv:19:65 writev:20:66 pread64:17:67 pwrite64:18:68 preadv:295:69
    pwritev:296:70 preadv2:327:286 pwritev2:328:287 lseek:8:62 close:3:57 close_range:436:436
    dup:32:23 dup2:33:- dup3:292:24 fcntl:72:25 flock:73:32 ioctl:16:29 pipe:22:- pipe2:293:59
    sendfile:40:71 splice:275:76 tee:276:77 copy_file_range:326:285 fsync:74:82 fdatasync:75:83
    syncfs:306:267 sync_file_range:277:84 fallocate:285:47 fadvise64:221:223 readahead:187:213
    ftruncate:77:46 fstat:5:80 fstatfs:138:44 fchmod:91:52 fchown:93:55 fchdir:81:50 getdents:78:-
    getdents64:217:61 memfd_create:319:279
    # Files by their names.
    open:2:- openat:257:56 openat2:437:437 creat:85:- stat:4:- lstat:6:- newfstatat:262:79
    statx:332:291 statfs:137:43 access:21:- faccessat:269:48 faccessat2:439:439 readlink:89:-
    readlinkat:267:78 truncate:76:45 rename:82:- renameat:264:38 renameat2:316:276 mkdir:83:-
    mkdirat:258:34 rmdir:84:- link:86:- linkat:265:37 unlink:87:- unlinkat:263:35 symlink:88:-
    symlinkat:266:36 mknod:133:- mknodat:259:33 chmod:90:- fchmodat:268:53 fchmodat2:452:452
    chown:92:- lchown:94:- fchownat:260:54 utime:132:- utimes:235:- futimesat:261:- utimensat:280:88
    umask:95:166 chdir:80:49 getcwd:79:17 inotify_init:253:- inotify_init1:294:26
    inotify_add_watch:254:27 inotify_rm_watch:255:28 setxattr:188:5 lsetxattr:189:6 fsetxattr:190:7
    getxattr:191:8 lgetxattr:192:9 fgetxattr:193:10 listxattr:194:11 llistxattr:195:12
    flistxattr:196:13 removexattr:197:14 lremovexattr:198:15 fremovexattr:199:16
    # Memory.
    mmap:9:222 munmap:11:215 mprotect:10:226 mremap:25:216 madvise:28:233 msync:26:227
    mincore:27:232 brk:12:214 mlock:149:228 mlock2:325:284 munlock:150:229 mlockall:151:230
    munlockall:152:231 membarrier:324:283 pkey_alloc:330:289 pkey_free:331:290 pkey_mprotect:329:288
    mseal:462:462 cachestat:451:451
    # Waiting and time.
    poll:7:- ppoll:271:73 select:23:- pselect6:270:72 epoll_create:213:- epoll_create1:291:20
    epoll_ctl:233:21 epoll_wait:232:- epoll_pwait:281:22 epoll_pwait2:441:441 eventfd:284:-
    eventfd2:290:19 signalfd:282:- signalfd4:289:74 timerfd_create:283:85 timerfd_settime:286:86
    timerfd_gettime:287:87 nanosleep:35:101 clock_nanosleep:230:115 clock_gettime:228:113
    clock_getres:229:114 gettimeofday:96:169 time:201:- times:100:153 getitimer:36:102
    setitimer:38:103 alarm:37:- pause:34:- timer_create:222:107 timer_settime:223:110
    timer_gettime:224:108 timer_getoverrun:225:109 timer_delete:226:111 futex:202:98
    futex_waitv:449:449 futex_wake:454:454 futex_wait:455:455 futex_requeue:456:456
    set_robust_list:273:99 get_robust_list:274:100 rseq:334:293 restart_syscall:219:128
    # Signals.
    rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigreturn:15:139 rt_sigpending:127:136
    rt_sigtimedwait:128:137 rt_sigqueueinfo:129:138 rt_tgsigqueueinfo:297:240 rt_sigsuspend:130:133
    sigaltstack:131:132 kill:62:129 tkill:200:130 tgkill:234:131 pidfd_open:434:434
    pidfd_send_signal:424:424
    # Processes, and who they are.
    clone:56:220 fork:57:- vfork:58:- execve:59:221 execveat:322:281 exit:60:93 exit_group:231:94
    wait4:61:260 waitid:247:95 set_tid_address:218:96 prctl:157:167 arch_prctl:158:- seccomp:317:277
    getpid:39:172 getppid:110:173 gettid:186:178 getpgid:121:155 getpgrp:111:- setpgid:109:154
    getsid:124:156 setsid:112:157 getuid:102:174 geteuid:107:175 getgid:104:176 getegid:108:177
    getresuid:118:148 getresgid:120:150 getgroups:115:158 setuid:105:146 setgid:106:144
    setreuid:113:145 setregid:114:143 setresuid:117:147 setresgid:119:149 setgroups:116:159
    capget:125:90 uname:63:160 sysinfo:99:179 getrusage:98:165 getrlimit:97:163 setrlimit:160:164
    prlimit64:302:261 getrandom:318:278
    # Where and how soon they run.
    sched_yield:24:124 sched_getaffinity:204:123 sched_setaffinity:203:122 sched_getparam:143:121
    sched_setparam:142:118 sched_getscheduler:145:120 sched_setscheduler:144:119
    sched_getattr:315:275 sched_setattr:314:274 sched_get_priority_max:146:125
    sched_get_priority_min:147:126 sched_rr_get_interval:148:127 getpriority:140:141
    setpriority:141:140 ioprio_get:252:31 ioprio_set:251:30 getcpu:309:168
    # Sockets.
    socket:41:198 socketpair:53:199 bind:49:200 listen:50:201 accept:43:202 accept4:288:242
    connect:42:203 getsockname:51:204 getpeername:52:205 getsockopt:55:209 setsockopt:54:208
    sendto:44:206 recvfrom:45:207 sendmsg:46:211 sendmmsg:307:269 recvmsg:47:212 recvmmsg:299:243
    shutdown:48:210
""")
