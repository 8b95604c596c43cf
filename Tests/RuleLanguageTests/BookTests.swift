import Alerting
import CEL
import RuleLanguage
import Testing
import Timekeeping

/// What a book holds after loading.
@Suite struct BookTests {
    static let spray = """
        params:
          most: { type: int, default: 3 }
        activity:
          profiles:
            country:
              match: activity.kind == "login.success"
              by: [activity.user_id]
              value: activity.country
              history: 90d
              learn: 14d
          match: activity.kind in ["login.failure", "login.success"] && activity.ip != null
          threshold:
            by: [activity.ip]
            within: 15m
            let:
              failures: count(activity.kind == "login.failure")
              users: distinct(activity.user_id)
          alert_if: failures > params.most && users > 1

        """

    @Test func slotsFollowTheDocumentedOrder() throws {
        let layout = try Loading(rule: Self.spray).binding().layout
        #expect(layout.variables.map(\.name) == ["now", "keys.0", "failures", "users", "is_new.country"])
        #expect(layout.firstKeyIndex == 1)
        #expect(layout.variables[1].isNullable == false)
    }

    @Test func anchorsAndCooldownComeFromTheRule() throws {
        let binding = try Loading(rule: Self.spray).binding()
        guard case .activity(let body) = binding.body else { throw Unexpected() }
        #expect(body.anchors == Anchors(kinds: ["login.failure", "login.success"]))
        #expect(body.profiles.first?.anchors.kinds == ["login.success"])
        #expect(binding.cooldown == .minutes(15))
        #expect(binding.key.count == 1)
        #expect(binding.policy == "default")
    }

    @Test func aPolicySetsWhatItMay() throws {
        let policy = """
            policy: strict
            rules:
              - rule: r
                params: { most: 7 }
                severity: critical
                receivers: [soc]
                except:
                  - { name: ours, when: "users > 3", reason: r, owner: o, expires: 2027-01-31 }

            """
        let loaded = Loading(
            ("Rules/topic/r.yaml", "rule: r\ntitle: t\nseverity: low\n" + Self.spray), ("Policies/p.yaml", policy))
        let binding = try loaded.binding()
        #expect(loaded.short == "")
        #expect(binding.policy == "strict" && binding.severity == .critical && binding.receivers == ["soc"])
        #expect(binding.parameters["most"] == .int(7))
        #expect(binding.exceptions.first?.expires == Timestamp(rfc3339: "2027-02-01T00:00:00Z"))
        let plain = try Loading(rule: Self.spray).binding()
        #expect(binding.rule.digest == plain.rule.digest)
        #expect(binding.digest != plain.digest)
    }

    @Test func aCommentOrATestChangesNoDigest() throws {
        let plain = try Loading(rule: Self.spray).binding()
        let other = try Loading(rule: "# why\ndescription: x\n" + Self.spray).binding()
        let changed = try Loading(rule: Self.spray.replacing("15m", with: "16m")).binding()
        #expect(plain.digest == other.digest)
        #expect(plain.digest != changed.digest)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        let codes: [String]
    }

    @Test(arguments: [
        Row(
            testDescription: "what match shows holds in alert_if",
            body: "activity:\n  match: activity.ip != null\n  alert_if: activity.ip.startsWith('10.')\n", codes: []),
        Row(
            testDescription: "without it the same is an error",
            body: "activity:\n  match: activity.kind == 'login.success'\n  alert_if: activity.ip.startsWith('10.')\n",
            codes: ["R0311"]),
        Row(
            testDescription: "facts of match hold for prev",
            body: "activity:\n  match: activity.ip != null\n  previous: { by: [activity.user_id], within: 1h }\n"
                + "  alert_if: prev.ip.startsWith('10.')\n", codes: []),
        Row(
            testDescription: "a test behind or comes too late",
            body: "state:\n  each: user\n  alert_if: user.last_login < now || user.last_login == null\n",
            codes: ["R0311"]),
        Row(
            testDescription: "equality needs no test",
            body: "activity:\n  match: activity.country == 'DE' && activity.country.size() == 2\n", codes: []),
        Row(
            testDescription: "a negated or gives both facts",
            body: "activity:\n  match: \"!(activity.ip == null || target == null) && target.super_user\"\n"
                + "  alert_if: activity.ip.startsWith('10.')\n", codes: []),
    ])
    func nullMustBeTestedOnThePath(_ row: Row) {
        let loaded = Loading(rule: row.body)
        #expect(loaded.codes == row.codes, "\(loaded.short)")
    }

    @Test func signalsAreOrderedAndBoundWithTheirReaders() {
        let signal =
            "rule: r-signal\ntitle: t\nseverity: low\nsignal: true\nactivity:\n  match: activity.type_id == 5\n"
        let reader = "rule: r\ntitle: t\nseverity: low\nactivity:\n  match: activity.kind == 'signal.r-signal'\n"
        let loaded = Loading(
            ("Rules/a/r-signal.yaml", signal), ("Rules/a/r.yaml", reader),
            ("Policies/p.yaml", "policy: p\nrules:\n  - rule: r\n"))
        #expect(loaded.short == "")
        #expect(loaded.book.signalOrder == ["r-signal"])
        #expect(loaded.book.bindings.map(\.rule.id) == ["r", "r-signal"])
    }

    @Test func theOrderOfFilesDoesNotMatter() {
        let one = ("Rules/topic/r.yaml", "rule: r\ntitle: t\nseverity: low\n" + Self.spray)
        let two = (
            "Rules/topic/s.yaml",
            "rule: s\ntitle: t\nseverity: low\nstate:\n  each: user\n  alert_if: user.super_user\n"
        )
        #expect(Loading(one, two).book.digest == Loading(two, one).book.digest)
    }

    @Test func fixturesAreRepeatedAndNumbered() throws {
        let tests = """
            tests:
              - name: n
                start: 2026-03-01T00:00:00Z
                activities:
                  - { at: +1h, repeat: 2, every: 1m, item: { kind: login.failure, ip: "10.0.0.${i}", user_id: "${i}" } }
                expect: []

            """
        let test = try #require(try Loading(rule: Self.spray + tests).binding().rule.tests.first)
        #expect(test.activities.map(\.fields["ip"]) == [.text("10.0.0.0"), .text("10.0.0.1")])
        #expect(test.activities.map(\.fields["user_id"]) == [.int(0), .int(1)])
        #expect(test.activities.map(\.time) == [test.start + .hours(1), test.start + .minutes(61)])
    }

    private struct Unexpected: Error {}
}
