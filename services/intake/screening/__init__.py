"""Pure rules: from a report and a policy pack to a recommendation with its reasons."""
