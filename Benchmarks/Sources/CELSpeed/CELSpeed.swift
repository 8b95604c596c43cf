import CEL
import FieldStorage
import Foundation

/// Evaluates conditions over activities on one core and prints one JSON line a condition.
///
///     cel-speed CONDITIONS.json ACTIVITIES.jsonl SECONDS
///     cel-speed CONDITIONS.json ACTIVITIES.jsonl --passes N CONDITION
///
/// The first form times passes over all activities until SECONDS of CPU are used and reports their median. The second
/// makes exactly N passes of one condition, for counting instructions.
@main
struct CELSpeed {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 || arguments.count == 6 else { throw BenchmarkError.usage }
        let conditions = try JSONDecoder().decode(
            [String: String].self, from: Data(contentsOf: URL(fileURLWithPath: arguments[1])))
        let table = try ActivityTable(path: arguments[2])
        if arguments.count == 6 {
            guard let passes = Int(arguments[4]), let text = conditions[arguments[5]] else {
                throw BenchmarkError.usage
            }
            let bench = try Condition(arguments[5], text)
            for _ in 0..<passes { _ = bench.holds(table) }
            return
        }
        guard let seconds = Double(arguments[3]) else { throw BenchmarkError.usage }
        for (name, text) in conditions.sorted(by: { $0.key < $1.key }) {
            let condition = try Condition(name, text)
            let (nanoseconds, holds) = condition.timed(table, seconds: seconds)
            let line: [String: Any] = [
                "condition": name, "nanoseconds": nanoseconds, "true": holds.yes, "failed": holds.failed,
            ]
            print(
                String(decoding: try JSONSerialization.data(withJSONObject: line, options: .sortedKeys), as: UTF8.self))
        }
    }
}

/// One compiled condition.
struct Condition {
    let program: Program
    let context = EvaluationContext()

    init(_ name: String, _ text: String) throws {
        let result = ActivityTable.environment.check(text)
        guard let checked = result.checked else {
            throw BenchmarkError.notValid(condition: name, result.diagnostics.map(\.message).joined(separator: "; "))
        }
        program = checked.program(in: ActivityTable.environment)
    }

    /// How often the condition holds, and how often it has no value, in one pass.
    @inline(never)
    func holds(_ table: ActivityTable) -> (yes: Int, failed: Int) {
        var yes = 0
        var failed = 0
        var row: UnsafePointer<Slot>? = nil
        withUnsafeMutablePointer(to: &row) { tables in
            let frame = Frame(tables: UnsafePointer(tables), context: context)
            for place in 0..<table.count {
                tables.pointee = table.row(place)
                switch program.truth(frame) {
                case .yes: yes += 1
                case .failed: failed += 1
                case .no: break
                }
            }
        }
        return (yes, failed)
    }

    /// The median over passes of the nanoseconds of CPU that one evaluation takes.
    func timed(_ table: ActivityTable, seconds: Double) -> (nanoseconds: Double, holds: (yes: Int, failed: Int)) {
        let result = holds(table)
        var passes: [Double] = []
        var spent = 0.0
        while spent < seconds {
            let begun = Self.processorSeconds()
            _ = holds(table)
            let pass = Self.processorSeconds() - begun
            passes.append(pass)
            spent += pass
        }
        return (passes.sorted()[passes.count / 2] * 1e9 / Double(table.count), result)
    }

    private static func processorSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
