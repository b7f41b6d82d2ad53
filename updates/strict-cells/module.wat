;; strict-cells: closes a circuit on the first cell that should not be there.
;;
;; Tor's relays and clients drop what they do not understand, and RELAY_DROP cells, without a word. Somebody
;; who sends such cells into a circuit marks its traffic, and an accomplice elsewhere sees the mark, while the
;; two ends notice nothing. Here every cell that would be dropped closes the circuit, so that the mark is the
;; end of what it marks, and so does RELAY_EARLY on its way to the client, which only clients may send.
;; Padding stays possible where both ends have negotiated it.
(module
  ;; One bit for each cell command below 64 that Tor knows: 0 to 12.
  (global $cell_commands i64 (i64.const 0x1fff))
  ;; The same for relay commands: 1 to 15, 19 to 22, 32 to 44.
  (global $relay_commands i64 (i64.const 0x1fff0078fffe))

  (func $known (param $command i32) (param $commands i64) (result i32)
    (if (result i32) (i32.ge_u (local.get $command) (i32.const 64))
      (then (i32.const 0))
      (else
        (i32.wrap_i64
          (i64.and
            (i64.shr_u (local.get $commands) (i64.extend_i32_u (local.get $command)))
            (i64.const 1))))))

  ;; (cellCommand, relayCommand, circuitState, flags) -> 0 accept, 1 drop the cell, 2 close the circuit
  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)

    ;; VPADDING, CERTS, AUTH_CHALLENGE and AUTHENTICATE (128 to 131) belong to the connection.
    (if (i32.le_u (i32.sub (local.get $cell) (i32.const 128)) (i32.const 3))
      (then (return (i32.const 0))))
    (if (i32.eqz (call $known (local.get $cell) (global.get $cell_commands)))
      (then (return (i32.const 2))))

    ;; Only RELAY (3) and RELAY_EARLY (9) go on.
    (if (i32.and (i32.ne (local.get $cell) (i32.const 3)) (i32.ne (local.get $cell) (i32.const 9)))
      (then (return (i32.const 0))))

    ;; A circuit that is not there, or is closing: nothing to close, and late cells are no attack.
    (if (i32.or (i32.eqz (local.get $state)) (i32.eq (local.get $state) (i32.const 3)))
      (then (return (i32.const 1))))

    ;; RELAY_EARLY that does not come from the client's side (flag 2): nobody honest sends it.
    (if (i32.and (i32.eq (local.get $cell) (i32.const 9))
                 (i32.eqz (i32.and (local.get $flags) (i32.const 2))))
      (then (return (i32.const 2))))

    ;; Not for this relay: pass it on.
    (if (i32.eqz (i32.and (local.get $flags) (i32.const 1)))
      (then (return (i32.const 0))))

    ;; RELAY_DROP (10) is padding: legal where it was negotiated, a mark elsewhere.
    (if (i32.eq (local.get $relay) (i32.const 10))
      (then
        (return
          (select (i32.const 0) (i32.const 2) (i32.and (local.get $flags) (i32.const 4))))))

    (select (i32.const 0) (i32.const 2) (call $known (local.get $relay) (global.get $relay_commands)))))
