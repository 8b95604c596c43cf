import CEL
import RuleLanguage
import Testing

/// What a condition demands of single fields, by which rules are found without being looked at.
@Suite struct FieldTestTests {
    static func tests(_ match: String, header: String = "") throws -> [FieldTest] {
        let quoted = match.replacing("'", with: "''")
        let binding = try Loading(rule: header + "activity:\n  match: '\(quoted)'\n").binding()
        guard case .activity(let body) = binding.body else { return [] }
        return body.fieldTests
    }

    struct RangeRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let range: ClosedRange<Int64>?

        init(_ condition: String, _ range: ClosedRange<Int64>?) {
            testDescription = condition
            self.range = range
        }
    }

    @Test(arguments: [
        RangeRow("activity.risk_score != null && activity.risk_score > 5", 6 ... .max),
        RangeRow("activity.risk_score != null && activity.risk_score >= 5", 5 ... .max),
        RangeRow("activity.risk_score != null && activity.risk_score < 5", .min...4),
        RangeRow("activity.risk_score != null && activity.risk_score <= 5", .min...5),
        RangeRow("activity.risk_score != null && 5 < activity.risk_score", 6 ... .max),
        RangeRow("activity.risk_score != null && 5 >= activity.risk_score", .min...5),
        RangeRow("activity.risk_score != null && activity.risk_score > 5 && activity.risk_score <= 9", 6...9),
        RangeRow("activity.risk_score != null && activity.risk_score > 9 && activity.risk_score < 5", nil),
        RangeRow("activity.risk_score != null && activity.risk_score > 9223372036854775807", nil),
        RangeRow("activity.risk_score != null && activity.risk_score != 5", nil),
        RangeRow("activity.risk_score != null && activity.risk_score % 2 > 0", nil),
        RangeRow("activity.risk_score != null && (activity.risk_score > 5 || activity.risk_score < 2)", nil),
    ])
    func comparisonsWithIntegersAreRanges(_ row: RangeRow) throws {
        let test = try #require(Self.tests(row.testDescription).first)
        #expect(test.range == row.range)
        #expect(test.rejectsNull)
        #expect((test.program == nil) == (row.range != nil), "what a range says is not compiled again")
    }

    @Test func aParameterIsWorthItsValue() throws {
        let header = "params:\n  most: { type: int, default: 7 }\n"
        let test = try #require(
            Self.tests("activity.risk_score != null && activity.risk_score > params.most", header: header).first)
        #expect(test.range == 8 ... .max)
    }

    struct IdentityRow: Sendable, CustomTestStringConvertible {
        let one: String
        let other: String
        let isSame: Bool

        var testDescription: String { "\(one)  \(isSame ? "=" : "≠")  \(other)" }
    }

    @Test(arguments: [
        IdentityRow(
            one: #"activity.ip != null && activity.ip.startsWith("10.")"#,
            other: #"activity.type_id == 5 && activity.ip!=null && activity.ip.startsWith('10.')"#, isSame: true),
        IdentityRow(
            one: #"activity.ip != null && activity.ip.startsWith("10.")"#,
            other: #"activity.ip != null && activity.ip.startsWith("10")"#, isSame: false),
        IdentityRow(
            one: #"activity.ip != null && activity.ip.startsWith("10.")"#,
            other: #"activity.ip != null && activity.ip.endsWith("10.")"#, isSame: false),
        IdentityRow(
            one: #"activity.ip != null && activity.ip.contains("a")"#,
            other: #"activity.ip == null || activity.ip.contains("a")"#, isSame: false),
        IdentityRow(
            one: #"activity.ip in ["b", "a"]"#, other: #"activity.ip == "a" || activity.ip == "b""#, isSame: true),
        IdentityRow(one: #"activity.ip in ["b", "a"]"#, other: #"activity.ip in ["b a"]"#, isSame: false),
        IdentityRow(
            one: "activity.ip in [\"\u{E9}\"]", other: "activity.ip in [\"e\u{301}\"]", isSame: false),
        IdentityRow(
            one: #"activity.ip != null && activity.ip.matches("a|b")"#,
            other: #"activity.ip != null && activity.ip.matches("(a|b)")"#, isSame: false),
        IdentityRow(
            one: #"activity.ip != null && activity.ip.size() > 3"#,
            other: #"activity.ip != null && size(activity.ip) > 3"#, isSame: false),
    ])
    func testsOfOneIdentityAreThoseThatSayTheSame(_ row: IdentityRow) throws {
        let one = try #require(Self.tests(row.one).first { $0.selectivity != .low && $0.slot != Self.typeID })
        let other = try #require(Self.tests(row.other).first { $0.selectivity != .low && $0.slot != Self.typeID })
        #expect(one.identity != nil)
        #expect((one.identity == other.identity) == row.isSame)
    }

    @Test func conditionsWithMacrosAreSharedByNobody() throws {
        let tests = try Self.tests(#"activity.ip != null && ["a", "b"].exists(x, activity.ip.startsWith(x))"#)
        #expect(tests.map(\.identity) == [nil])
    }

    private static let typeID = 4
}
