import Diagnostics
import FieldStorage
import Testing
import Timekeeping

@testable import CEL

/// Compiled conditions: what they say, and that they say the same as the form over values.
@Suite struct CompiledTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let truth: Truth
        var failure: EvaluationFailure?
        var testDescription: String { text }

        init(_ text: String, _ truth: Truth, _ failure: EvaluationFailure? = nil) {
            self.text = text
            self.truth = truth
            self.failure = failure
        }
    }

    static let rows: [Row] = [
        Row("activity.kind == 'login.success'", .yes),
        Row("'login.failure' == activity.kind", .no),
        Row("activity.kind != 'login.failure'", .yes),
        Row("activity.kind in ['logout', 'login.success', 'a much longer kind than eight bytes']", .yes),
        Row("activity.kind in ['logout', 'login.successor', '']", .no),
        Row("activity.risk > params.max", .yes),
        Row("activity.risk >= 85 && activity.risk <= 85", .yes),
        Row("activity.risk < 85", .no),
        Row("activity.risk in [1, 2, 85]", .yes),
        Row("activity.risk + 1 == 86 && activity.risk * 2 == 170 && activity.risk % 2 == 1", .yes),
        Row("activity.risk / 0 == 1", .failed, .divisionByZero),
        Row("activity.risk % 0 == 1", .failed, .divisionByZero),
        Row("activity.risk * 9223372036854775807 > 0", .failed, .overflow),
        Row("activity.lat > 59.0 && activity.lat * 2.0 < 120.0", .yes),
        Row("activity.success", .yes),
        Row("!activity.success || count == 4", .no),
        Row("is_new.country && count == 3", .yes),
        Row("activity.country.startsWith('N') && activity.country.endsWith('O')", .yes),
        Row("activity.country.contains('NO')", .yes),
        Row("activity.country.startsWith('') && activity.country.endsWith('')", .yes),
        Row("activity.country.startsWith('NOR') || activity.country.endsWith('XNO')", .no),
        Row("activity.kind.startsWith('login.succ') && activity.kind.endsWith('in.success')", .yes),
        Row("activity.country.iequals('no') && iequals(activity.country, 'nO')", .yes),
        Row("activity.kind.icontains('SUCC')", .yes),
        Row("activity.kind.matches(r'^login\\.(success|failure)$')", .yes),
        Row("matches(activity.kind, 'logout')", .no),
        Row("cidr('10.0.0.0/8').containsIP(activity.ip)", .yes),
        Row("cidr('192.168.0.0/16').containsIP(activity.ip)", .no),
        Row("now - user.last_login > params.age", .yes),
        Row("now - days(101) > user.last_login", .no),
        Row("user.last_login + days(100) == now", .yes),
        Row("activity.time.getHours() == 0 && activity.time.getHours('America/New_York') == 19", .yes),
        Row("activity.time.getFullYear('+05:30') == 2026 && activity.time.getDate() == 1", .yes),
        Row("'Super user' in user.roles", .yes),
        Row("activity.country in user.roles", .no),
        Row("user.roles.exists(r, r in lists.admins)", .yes),
        Row("user.roles.all(r, r.startsWith('S') || r == 'Viewer')", .yes),
        Row("lists.admins.exists(a, a == 'Account owner')", .yes),
        Row("user.devices.exists(d, d.kind == 'laptop' && d.trusted == null)", .yes),
        Row("user.devices.all(d, d.trusted)", .no),
        Row("user.devices.exists(d, d.trusted)", .failed, .null(name: "d.trusted")),
        Row("user.devices.exists(d, user.roles.exists(r, r == 'Viewer' && d.kind == 'phone'))", .yes),
        Row("size(user.roles) == 2 && user.devices.size() == 2", .yes),
        Row("user.roles[1] == 'Super user'", .yes),
        Row("user.roles[2] == ''", .failed, .indexOutOfRange(2)),
        Row("is_admin(user)", .yes),
        Row("user.roles.exists(r, is_admin(user) && r == 'Viewer')", .yes),
        Row("user == null", .no),
        Row("user != null && user.username == 'ada'", .yes),
        Row("activity.raw.risk == 7 && activity.raw.tags[1] == 'b' && activity.raw.note == 'caf\\u00e9'", .yes),
        Row("has(activity.raw.deep.x) && !has(activity.raw.other)", .yes),
        Row("activity.raw.missing == 1", .failed, .noSuchKey("`missing`")),
        Row("user.roles.filter(r, r.startsWith('S')).size() == 1", .yes),
        Row("user.roles.map(r, r.size()) == [6, 10]", .yes),
        Row("(activity.success ? activity.risk : 0) > 80", .yes),
        Row("double(activity.risk) / 2.0 == 42.5", .yes),
        Row("geo_km(activity.lat, 10.7, activity.lat, 10.7) == 0.0", .yes),
        Row("cel.bind(c, activity.country, c == 'NO')", .yes),
        Row("'x' + activity.kind == 'xlogin.success'", .yes),
        Row("cel.bind(c, activity.risk + 1, c > 85 && c < 87)", .yes),
        Row("cel.bind(n, user.roles.filter(r, r != 'x').size(), n * n == 4)", .yes),
        Row("user.roles.filter(r, r != 'Viewer').size() > 1", .no),
        Row("user.devices.filter(d, d.kind == 'phone').size() == 1", .yes),
        Row("user.devices.filter(d, d.trusted).size() == 1", .failed, .null(name: "d.trusted")),
        Row("user.roles.exists_one(r, r == 'Viewer')", .yes),
        Row("user.devices.exists_one(d, d.kind != '')", .no),
        Row("has(activity.country) && has(user.last_login) && has(user.roles)", .yes),
        Row("user.devices.exists(d, !has(d.trusted))", .yes),
        Row("activity.?country.orValue('none') == 'NO'", .yes),
        Row("user.?last_login.orValue(now) < now", .yes),
        Row("activity.risk in [85, 1, -9223372036854775808]", .yes),
        Row("activity.risk in []", .no),
        Row("activity.country.size() == 2 && size(activity.kind) == 13", .yes),
        Row("user.roles.all(r, r.contains('e'))", .yes),
        Row("activity.time.getHours('Europe/Berlin') == 1 && activity.time.getMinutes('Asia/Kolkata') == 30", .yes),
    ]

    @Test(arguments: rows)
    func aConditionSaysWhatItMeans(_ row: Row) throws {
        let program = try Fixture.program(row.text)
        let world = Fixture.World()
        world.run { frame in
            #expect(program.truth(frame) == row.truth)
            if row.truth == .failed { #expect(frame.context.failure == row.failure) }
        }
    }

    @Test(arguments: rows)
    func bothFormsAgree(_ row: Row) throws {
        let program = try Fixture.program(row.text)
        let worlds = Self.worlds
        for world in worlds {
            world.run { frame in
                let fast = program.truth(frame)
                let slot = program.slot(frame)
                switch program.value(frame) {
                case .success(.bool(let flag)):
                    #expect(fast == (flag ? .yes : .no))
                    #expect(slot?.boolValue == flag)
                case .success(.null):
                    #expect(fast == .failed)
                    #expect(slot?.isNull == true)
                case .success(let other): Issue.record("a condition gave \(other)")
                case .failure:
                    #expect(fast == .failed)
                    #expect(slot == nil)
                }
            }
        }
    }

    /// The world as it is, without anything that may be null, without a user, and with nothing known.
    static var worlds: [Fixture.World] {
        var bare = Fixture.World()
        bare.activity = ObjectValue(
            type: Fixture.activity,
            fields: ["kind": .string("x"), "time": .timestamp(Timestamp(seconds: 0))])
        bare.user = ObjectValue(
            type: Fixture.user,
            fields: ["username": .string(""), "roles": .list([]), "devices": .list([]), "super_user": .bool(false)])
        var alone = Fixture.World()
        alone.user = nil
        var unknown = Fixture.World()
        unknown.activity = ObjectValue(type: Fixture.activity, fields: [:], missing: .unknown)
        unknown.user = ObjectValue(type: Fixture.user, fields: [:], missing: .unknown)
        return [Fixture.World(), bare, alone, unknown]
    }

    @Test(arguments: [
        Row("activity.country == 'NO'", .no),
        Row("activity.country != null", .no),
        Row("activity.country == null", .yes),
        Row("activity.country in ['NO']", .no),
        Row("activity.risk > 5", .failed, .null(name: "an operand of >")),
        Row("activity.success", .failed, .null(name: "activity.success")),
        Row("activity.country.matches('N')", .failed, .null(name: "an argument of matches")),
        Row("activity.country != null && activity.country.matches('N')", .no),
        Row("user.username == 'ada'", .failed, .null(name: "user.username")),
        Row("user == null || user.username == 'ada'", .yes),
    ])
    func nullIsAValueOnlyForEquality(_ row: Row) throws {
        let program = try Fixture.program(row.text)
        var world = Fixture.World()
        world.activity = ObjectValue(type: Fixture.activity, fields: [:])
        world.user = nil
        world.run { frame in
            #expect(program.truth(frame) == row.truth)
            if row.truth == .failed { #expect(frame.context.failure == row.failure) }
        }
    }

    @Test(arguments: [
        Row("activity.country == 'NO'", .failed, .unknown(field: "activity.country")),
        Row("activity.country == null", .failed, .unknown(field: "activity.country")),
        Row("activity.country == 'NO' && count == 4", .no),
        Row("count == 4 && activity.country == 'NO'", .no),
        Row("activity.country == 'NO' || count == 3", .yes),
        Row("user.roles.exists(r, activity.country == r)", .failed, .unknown(field: "activity.country")),
    ])
    func unknownIsNeitherTrueNorFalse(_ row: Row) throws {
        let program = try Fixture.program(row.text)
        var world = Fixture.World()
        world.activity = ObjectValue(type: Fixture.activity, fields: [:], missing: .unknown)
        world.run { frame in
            #expect(program.truth(frame) == row.truth)
            if row.truth == .failed { #expect(frame.context.failure == row.failure) }
        }
    }

    @Test func keysAndAggregatesComeAsSlots() throws {
        let text = try Fixture.program("activity.country + '-' + activity.kind")
        let number = try Fixture.program("activity.risk - 5")
        let ratio = try Fixture.program("activity.lat * 2.0")
        let nothing = try Fixture.program("activity.country.substring(9)")
        Fixture.World().run { frame in
            #expect(text.slot(frame)?.string == "NO-login.success")
            #expect(number.int(frame) == 80)
            #expect(number.double(frame) == 80)
            #expect(ratio.double(frame) == 119.8)
            #expect(nothing.slot(frame) == nil)
            #expect(frame.context.failure == .indexOutOfRange(9))
            frame.context.reset()
        }
    }

    @Test func constantsAreFolded() throws {
        #expect(try Fixture.program("params.max > 79 && 'a'.size() == 1").isConstant)
        #expect(try Fixture.program("activity.risk > 79").isConstant == false)
    }

    @Test func aFailureHasAPlace() throws {
        let text = "activity.risk > 1 && activity.risk / 0 > 1"
        let program = try Fixture.program(text)
        Fixture.World().run { frame in
            #expect(program.truth(frame) == .failed)
            let span = frame.context.failureSpan
            #expect(span?.start == 21)
            #expect(span?.end == 38)
        }
    }
}
