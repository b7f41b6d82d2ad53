;; ewma-scheduling: the circuit that sent least of late goes first.
;;
;; Activity is an exponentially weighted moving average of the cells sent. It halves every 30 seconds, which is
;; the half-life that Tor's consensus sets (CircuitPriorityHalflifeMsec=30000).
(module
  ;; 2^(-1/30000): what is left of the activity after one millisecond.
  (global $per_millisecond f64 (f64.const 0.9999768953608976))

  ;; (activity, elapsedMs, cellsSent, cellsWaiting) -> the new activity
  (func (export "circuit_activity")
    (param $activity f64) (param $elapsed i32) (param $sent i32) (param $waiting i32) (result f64)
    (local $power f64)
    (local.set $power (global.get $per_millisecond))
    ;; activity * per_millisecond ^ elapsed, by squaring: a multiplication for each bit of the time.
    (block $done
      (loop $next_bit
        (br_if $done (i32.eqz (local.get $elapsed)))
        (if (i32.and (local.get $elapsed) (i32.const 1))
          (then (local.set $activity (f64.mul (local.get $activity) (local.get $power)))))
        (local.set $power (f64.mul (local.get $power) (local.get $power)))
        (local.set $elapsed (i32.shr_u (local.get $elapsed) (i32.const 1)))
        (br $next_bit)))
    (f64.add (local.get $activity) (f64.convert_i32_u (local.get $sent)))))
