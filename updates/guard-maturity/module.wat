;; guard-maturity: nobody becomes a guard within a month.
;;
;; A guard sees the same clients for months, so that an attacker's new relays want the flag first of all. The vote
;; is the usual one, but a guard must have been known for 30 days and not for 8.
(module
  (global $fast_bandwidth i32 (i32.const 100))
  (global $stable_hours i32 (i32.const 168))
  (global $guard_known_hours i32 (i32.const 720))
  (global $guard_uptime i32 (i32.const 980))
  (global $guard_bandwidth i32 (i32.const 2000))
  (global $directory_hours i32 (i32.const 96))

  ;; (uptimeHours, betweenFailuresHours, uptimePermille, knownHours, kilobytesPerSecond, median)
  ;;   -> 1 fast, 2 stable, 4 guard, 8 hidden-service directory
  (func (export "vote_flags")
    (param $uptime i32) (param $between i32) (param $permille i32) (param $known i32)
    (param $bandwidth i32) (param $median i32) (result i32)
    (local $flags i32)
    (local.set $flags
      (i32.or
        (i32.ge_u (local.get $bandwidth) (global.get $fast_bandwidth))
        (i32.shl (i32.ge_u (local.get $between) (global.get $stable_hours)) (i32.const 1))))
    (if (i32.ne (local.get $flags) (i32.const 3))
      (then (return (local.get $flags))))

    (local.set $median
      (select (local.get $median) (global.get $guard_bandwidth)
        (i32.lt_u (local.get $median) (global.get $guard_bandwidth))))
    (local.set $flags
      (i32.or
        (local.get $flags)
        (i32.shl
          (i32.and
            (i32.and
              (i32.ge_u (local.get $known) (global.get $guard_known_hours))
              (i32.ge_u (local.get $permille) (global.get $guard_uptime)))
            (i32.ge_u (local.get $bandwidth) (local.get $median)))
          (i32.const 2))))
    (i32.or
      (local.get $flags)
      (i32.shl (i32.ge_u (local.get $uptime) (global.get $directory_hours)) (i32.const 3)))))
