/// Rules over the directory, and over single activities.
extension RuleTemplate {
    static let activityBody = """
        activity:
          match: activity.kind == "mfa.removed"
        key: [activity.user_id]
        message: "${activity.actor_name} removed a factor of ${activity.user_name}"
        tests:
          - name: it happened
            activities:
              - { at: +1h, kind: mfa.removed, user_id: 7, user_name: ann, actor_name: eve }
            expect:
              - { key: [7], at: +1h, message_matches: "eve removed" }
          - name: something else happened
            activities:
              - { at: +1h, kind: mfa.enrolled, user_id: 7, user_name: ann }
            expect: []

        """

    static let stateBody = """
        params:
          age: { type: duration, default: 90d, description: longer without a sign-in is too long }
        state:
          each: user
          where: user.status == "active"
          alert_if: user.last_login != null && user.last_login < now - params.age
        hold: 1h
        message: "${user.username} has not signed in since ${user.last_login}"
        tests:
          - name: too long ago
            now: 2026-03-01T00:00:00Z
            directory:
              users:
                - { id: 1, username: ann, status: active, last_login: -91d }
            expect:
              - { key: [1], message_matches: ann }
          - name: just in time, never, and not active
            now: 2026-03-01T00:00:00Z
            directory:
              users:
                - { id: 1, username: ann, status: active, last_login: -90d }
                - { id: 2, username: bob, status: active }
                - { id: 3, username: eve, status: suspended, last_login: -91d }
            expect: []

        """

    static let groupBody = """
        params:
          max: { type: int, default: 3, description: as many are still right }
        state:
          each: user
          where: user.super_user
          group:
            by: []
            let:
              n: count()
              who: collect(user.username, 10)
          alert_if: n > params.max
        message: "${n} users have it: ${who.join(', ')}"
        tests:
          - name: four are too many
            directory:
              users:
                - { repeat: 4, item: { id: "${i}", username: "admin${i}", status: active, super_user: true } }
            expect:
              - { key: [], vars: { n: 4 } }
          - name: three are right
            directory:
              users:
                - { repeat: 3, item: { id: "${i}", username: "admin${i}", status: active, super_user: true } }
            expect: []

        """

    static let profileBody = """
        activity:
          profiles:
            country:
              match: activity.kind == "login.success"
              by: [activity.user_id]
              value: activity.country
              history: 90d
              learn: 14d
          match: activity.kind == "login.success" && activity.country != null
          alert_if: is_new.country
        key: [activity.user_id, activity.country]
        message: "${activity.user_name} signed in from ${activity.country} for the first time in 90 days"
        tests:
          - name: a new country once enough is known
            start: 2026-03-01T00:00:00Z
            activities:
              - { at: +0s, kind: login.success, user_id: 7, user_name: ann, country: DE }
              - { at: +15d, kind: login.success, user_id: 7, user_name: ann, country: FR }
            expect:
              - { key: [7, FR], at: +15d }
          - name: a new country too early, and a known one
            start: 2026-03-01T00:00:00Z
            activities:
              - { at: +0s, kind: login.success, user_id: 7, user_name: ann, country: DE }
              - { at: +5d, kind: login.success, user_id: 7, user_name: ann, country: FR }
              - { at: +20d, kind: login.success, user_id: 7, user_name: ann, country: DE }
            expect: []

        """
}
