//! A request meets its slice of the policies only, and no decision is another for it. The example
//! `measure_policy` tries many more.

#[path = "../examples/measure_policy/site.rs"]
mod site;

use site::Dice;

#[test]
fn a_slice_decides_as_all_policies_do() {
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let policy = site::policy(&mut dice, 20, 100);
        for _ in 0..500 {
            let asker = site::person(&mut dice, 1_000, 20);
            let (permission, resource, situation) = site::question(&mut dice, &policy);
            let sliced = policy.decide(&asker, permission, &resource, &situation);
            let unsliced = policy.decide_unsliced(&asker, permission, &resource, &situation);
            assert_eq!(sliced, unsliced, "{asker:?} {permission} {resource:?} {situation:?}");
        }
    }
}
