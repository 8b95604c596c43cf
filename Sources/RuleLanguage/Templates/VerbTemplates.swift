/// Rules that count, or look at several activities.
extension RuleTemplate {
    static let thresholdBody = """
        params:
          failures: { type: int, default: 10, description: so many within the window are too many }
        activity:
          match: activity.kind == "login.failure" && activity.user_id != null
          threshold:
            by: [activity.user_id]
            within: 15m
            let:
              failures: count()
              addresses: collect(activity.ip, 5)
          alert_if: failures >= params.failures
        message: "${failures} sign-ins of user ${keys[0]} failed, from ${addresses.join(', ')}"
        tests:
          - name: the tenth within the window
            start: 2026-03-01T10:00:00Z
            activities:
              - { repeat: 10, every: 1m, item: { kind: login.failure, user_id: 7, ip: 192.0.2.1 } }
            expect:
              - { key: [7], at: +9m, vars: { failures: 10 } }
          - name: nine
            start: 2026-03-01T10:00:00Z
            activities:
              - { repeat: 9, every: 1m, item: { kind: login.failure, user_id: 7, ip: 192.0.2.1 } }
            expect: []

        """

    static let sessionBody = """
        params:
          users: { type: int, default: 5, description: so many in one go are too many }
        activity:
          match: activity.kind == "user.deleted" && activity.actor_id != null
          threshold:
            by: [activity.actor_id]
            window: session
            gap: 10m
            let:
              users: distinct(activity.user_id)
          alert_if: users >= params.users
        message: "${users} users were deleted in one go by ${keys[0]}"
        tests:
          - name: five in one go
            start: 2026-03-01T10:00:00Z
            activities:
              - { repeat: 5, every: 9m, item: { kind: user.deleted, actor_id: 3, user_id: "${i}" } }
            expect:
              - { key: [3], vars: { users: 5 } }
          - name: a pause between the fourth and the fifth
            start: 2026-03-01T10:00:00Z
            activities:
              - { repeat: 4, every: 9m, item: { kind: user.deleted, actor_id: 3, user_id: "${i}" } }
              - { at: +41m, kind: user.deleted, actor_id: 3, user_id: 9 }
            expect: []

        """

    static let sequenceBody = """
        activity:
          sequence:
            by: [activity.user_id]
            within: 1h
            steps:
              - { id: removed, match: activity.kind == "mfa.removed" }
              - { id: login, match: activity.kind == "login.success" }
        message: "user ${keys[0]} signed in after ${removed.actor_name} had removed a factor"
        tests:
          - name: one after the other
            start: 2026-03-01T10:00:00Z
            activities:
              - { at: +0s, kind: mfa.removed, user_id: 7, actor_name: eve }
              - { at: +1h, kind: login.success, user_id: 7 }
            expect:
              - { key: [7], at: +1h, message_matches: eve }
          - name: too late, and somebody else
            start: 2026-03-01T10:00:00Z
            activities:
              - { at: +0s, kind: mfa.removed, user_id: 7, actor_name: eve }
              - { at: +30m, kind: login.success, user_id: 8 }
              - { at: +1h1s, kind: login.success, user_id: 7 }
            expect: []

        """

    static let absenceBody = """
        activity:
          sequence:
            by: [activity.user_id]
            within: 1d
            steps:
              - { id: removed, match: activity.kind == "mfa.removed" }
              - { id: enrolled, match: activity.kind == "mfa.enrolled", absent: true }
        message: "user ${keys[0]} has enrolled no factor in place of the one that ${removed.actor_name} removed"
        tests:
          - name: nothing came
            start: 2026-03-01T10:00:00Z
            end: +2d
            activities:
              - { at: +0s, kind: mfa.removed, user_id: 7, actor_name: eve }
            expect:
              - { key: [7], at: +1d }
          - name: it came
            start: 2026-03-01T10:00:00Z
            end: +2d
            activities:
              - { at: +0s, kind: mfa.removed, user_id: 7, actor_name: eve }
              - { at: +1d, kind: mfa.enrolled, user_id: 7 }
            expect: []

        """

    static let previousBody = """
        activity:
          match: activity.kind == "login.success" && activity.country != null
          previous:
            by: [activity.user_id]
            within: 2h
          alert_if: prev.country != activity.country
        key: [activity.user_id]
        message: "${activity.user_name}: ${prev.country}, and ${elapsed} later ${activity.country}"
        tests:
          - name: two countries within two hours
            start: 2026-03-01T10:00:00Z
            activities:
              - { at: +0s, kind: login.success, user_id: 7, user_name: ann, country: DE }
              - { at: +2h, kind: login.success, user_id: 7, user_name: ann, country: FR }
            expect:
              - { key: [7], at: +2h }
          - name: more time between them, and one country
            start: 2026-03-01T10:00:00Z
            activities:
              - { at: +0s, kind: login.success, user_id: 7, user_name: ann, country: DE }
              - { at: +2h1s, kind: login.success, user_id: 7, user_name: ann, country: FR }
              - { at: +3h, kind: login.success, user_id: 7, user_name: ann, country: FR }
            expect: []

        """

    static let spikeBody = """
        activity:
          match: activity.kind == "user.deleted"
          spike:
            by: []
            bucket: 1d
            baseline: 28d
            min_buckets: 7
            timezone: UTC
          alert_if: current >= 5 && double(current) > mean + 3.0 * stddev
        message: "${current} users were deleted on one day; usual is ${mean}"
        tests:
          - name: five on one day after two quiet weeks
            start: 2026-03-01T00:00:00Z
            activities:
              - { at: +14d1h, repeat: 5, every: 1m, item: { kind: user.deleted, user_id: "${i}" } }
            expect:
              - { at: +14d1h4m, vars: { current: 5 } }
          - name: as many on every day
            start: 2026-03-01T00:00:00Z
            activities:
              - repeat: 15
                every: 1d
                item: { at: +0s, repeat: 5, every: 1m, item: { kind: user.deleted, user_id: "${i}" } }
            expect: []

        """

    static let flatlineBody = """
        activity:
          match: activity.kind == "login.success"
          flatline:
            by: []
            within: 6h
        message: nobody has signed in for six hours
        tests:
          - name: silence after a sign-in
            start: 2026-03-01T10:00:00Z
            end: +7h
            activities:
              - { at: +0s, kind: login.success, user_id: 7 }
            expect:
              - { at: +6h }
          - name: one in time
            start: 2026-03-01T10:00:00Z
            end: +7h
            activities:
              - { repeat: 3, every: 3h, item: { kind: login.success, user_id: 7 } }
            expect: []

        """
}
