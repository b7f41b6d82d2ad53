;; vegas-window: a congestion window that follows what the path can hold.
;;
;; After proposal 324 of Tor ("RTT-based congestion control"), with its parameters for exits. The round-trip time
;; shows how many cells wait in queues: window - window * minRtt / rtt. Few: the window grows. Many: it shrinks.
;; One step for each SENDME, which stands for 31 cells.
(module
  (global $alpha i32 (i32.const 186))
  (global $beta i32 (i32.const 248))
  (global $gamma i32 (i32.const 186))
  (global $delta i32 (i32.const 310))
  (global $least i32 (i32.const 124))
  (global $most i32 (i32.const 1000000))
  (global $cells_per_sendme i32 (i32.const 31))
  ;; Slow start doubles the window each round trip up to here, and grows more slowly beyond (RFC 3742).
  (global $slow_start_cap i32 (i32.const 600))
  (global $slow_start_most i32 (i32.const 5000))
  (global $slow_start_bit i32 (i32.const 0x80000000))

  (func $clamp (param $window i32) (result i32)
    (if (i32.lt_u (local.get $window) (global.get $least))
      (then (return (global.get $least))))
    (if (i32.gt_u (local.get $window) (global.get $most))
      (then (return (global.get $most))))
    (local.get $window))

  ;; How much a SENDME adds in slow start.
  (func $slow_start_step (param $window i32) (result i32)
    (local $step i32)
    (if (i32.le_u (local.get $window) (global.get $slow_start_cap))
      (then (return (global.get $cells_per_sendme))))
    (local.set $step
      (i32.div_u
        (i32.mul (global.get $cells_per_sendme) (global.get $slow_start_cap))
        (i32.shl (local.get $window) (i32.const 1))))
    (select (local.get $step) (i32.const 1) (local.get $step)))

  ;; (windowCells, rttUs, minRttUs, flags: 1 slow start, 2 blocked, 4 full) -> window, bit 31: slow start
  (func (export "next_window")
    (param $window i32) (param $rtt i32) (param $min_rtt i32) (param $flags i32) (result i32)
    (local $fits i32) (local $queued i32) (local $blocked i32) (local $full i32)
    (local.set $window (call $clamp (local.get $window)))
    (local.set $blocked (i32.and (local.get $flags) (i32.const 2)))
    (local.set $full (i32.and (local.get $flags) (i32.const 4)))

    ;; Times that cannot be: nothing learned.
    (if (i32.or (i32.eqz (local.get $min_rtt)) (i32.lt_u (local.get $rtt) (local.get $min_rtt)))
      (then
        (return
          (i32.or
            (local.get $window)
            (i32.shl (i32.and (local.get $flags) (i32.const 1)) (i32.const 31))))))

    ;; What the path holds without a queue, and what is queued.
    (local.set $fits
      (i32.wrap_i64
        (i64.div_u
          (i64.mul (i64.extend_i32_u (local.get $window)) (i64.extend_i32_u (local.get $min_rtt)))
          (i64.extend_i32_u (local.get $rtt)))))
    (local.set $queued (i32.sub (local.get $window) (local.get $fits)))

    (if (i32.and (local.get $flags) (i32.const 1))
      (then
        ;; Slow start ends with the first sign of a queue, or at its cap.
        (if (i32.or (i32.ge_u (local.get $queued) (global.get $gamma)) (i32.ne (local.get $blocked) (i32.const 0)))
          (then (return (call $clamp (i32.add (local.get $fits) (global.get $gamma))))))
        (if (local.get $full)
          (then
            (local.set $window
              (i32.add (local.get $window) (call $slow_start_step (local.get $window))))))
        (if (i32.ge_u (local.get $window) (global.get $slow_start_most))
          (then (return (global.get $slow_start_most))))
        (return (i32.or (local.get $window) (global.get $slow_start_bit)))))

    (if (i32.gt_u (local.get $queued) (global.get $delta))
      (then
        (return
          (call $clamp (i32.sub (i32.add (local.get $fits) (global.get $delta)) (i32.const 1))))))
    (if (i32.or (i32.gt_u (local.get $queued) (global.get $beta)) (i32.ne (local.get $blocked) (i32.const 0)))
      (then (return (call $clamp (i32.sub (local.get $window) (i32.const 1))))))
    (if (i32.and (i32.ne (local.get $full) (i32.const 0)) (i32.lt_u (local.get $queued) (global.get $alpha)))
      (then (return (call $clamp (i32.add (local.get $window) (i32.const 1))))))
    (local.get $window)))
