import Testing

/// What code here does not say, and what it says instead.
@Suite struct BannedWordTests {
    struct Ban: Sendable, CustomTestStringConvertible {
        let run: [String]
        /// What to write.
        let instead: String
        /// Folders or files of `Sources` where it is at home.
        let owners: [String]
        var testDescription: String { run.joined() }

        init(_ run: String..., instead: String, owners: [String] = []) {
            self.run = run
            self.instead = instead
            self.owners = owners
        }

        func permits(_ path: String) -> Bool { owners.contains { path.hasPrefix("Sources/" + $0) } }
    }

    static let bans = [
        Ban("Date", "(", ")", instead: "a `WallClock` that is handed in", owners: ["Timekeeping/"]),
        Ban("Date", ".", "now", instead: "a `WallClock` that is handed in", owners: ["Timekeeping/"]),
        Ban("ContinuousClock", "(", ")", instead: "a clock that is handed in", owners: ["Timekeeping/"]),
        Ban("clock_gettime", instead: "a `WallClock` that is handed in", owners: ["Timekeeping/", "tocsin/"]),
        Ban("print", "(", instead: "a value that the command prints", owners: ["tocsin/", "Delivery/"]),
        Ban("debugPrint", "(", instead: "a logger, or nothing"),
        Ban("dump", "(", instead: "a logger, or nothing"),
        Ban("ProcessInfo", instead: "a setting of `Settings`", owners: ["Settings/"]),
        Ban("getenv", instead: "a setting of `Settings`", owners: ["Settings/"]),
        Ban("fatalError", instead: "`precondition` with a sentence, or a typed error"),
        Ban("try", "!", instead: "`do` and `catch`"),
        Ban("as", "!", instead: "`as?` with a `guard`"),
        Ban("Any", instead: "a generic, an enum or a protocol of its own"),
        Ban("unsafeBitCast", instead: "a conversion that names what it means"),
        Ban("UUID", "(", ")", instead: "an identity derived from what it is for"),
        Ban("NSRegularExpression", instead: "`PCRE2`"),
        Ban("SystemRandomNumberGenerator", instead: "a generator that is handed in"),
        Ban("URLSession", instead: "`HTTPTransport`"),
        // Waits as SQLite does for a lock of another process, on the thread of the writing connection.
        Ban("usleep", instead: "the clock's sleep, in the runner", owners: ["Store/WritingTurn.swift"]),
        Ban("DispatchSemaphore", instead: "`async` and `await`"),
        Ban("package", "func", instead: "`public` or nothing: the doc tools do not see `package`"),
        Ban("package", "struct", instead: "`public` or nothing: the doc tools do not see `package`"),
    ]

    @Test(arguments: bans)
    func sourcesDoNotSay(_ ban: Ban) throws {
        for file in try Project.sources.get() where !ban.permits(file.path) {
            for line in file.lines(with: ban.run) {
                Issue.record("\(file.path):\(line): `\(ban.run.joined())` is not used here; use \(ban.instead)")
            }
        }
    }

    /// What is in no file at all, comments and text included; put together so that this file does not hold it.
    static let marks = ["TO" + "DO", "FIX" + "ME", "/work" + "/", "/tmp" + "/b/", "/opt" + "/swift"]

    @Test func noFilePutsWorkOffOrNamesThisMachine() throws {
        for file in try Project.sources.get() + Project.tests.get() {
            for (number, line) in file.lines.enumerated() {
                for mark in Self.marks where line.contains(mark) {
                    Issue.record("\(file.path):\(number + 1): holds `\(mark)`")
                }
            }
        }
    }
}
