import Alerting
import Evaluation

/// How often rules had no value, and how often an exception held them back, since a process began.
struct RuleUse {
    /// Of state rules, whose statistics are those of one directory.
    private var errors: [RuleBinding: Int] = [:]
    private var excepted: [RuleBinding: Int] = [:]

    /// Takes in what happened to a state rule over one directory.
    mutating func note(_ statistics: RuleStatistics, of rule: RuleBinding) {
        if statistics.errors > 0 { errors[rule, default: 0] += statistics.errors }
        let held = statistics.excepted.values.reduce(0, +)
        if held > 0 { excepted[rule, default: 0] += held }
    }

    /// The same with what happened to activity rules so far.
    func totals(
        with statistics: [(binding: RuleBinding, statistics: RuleStatistics)]
    ) -> (errors: [RuleBinding: Int], excepted: [RuleBinding: Int]) {
        var all = self
        for (rule, numbers) in statistics { all.note(numbers, of: rule) }
        return (all.errors, all.excepted)
    }
}
