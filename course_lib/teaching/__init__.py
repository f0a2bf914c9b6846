"""What turns the library into lessons: catalogue, student copies, runs and their report, exercise checks, doctor.

Only `course_lib.cli` and the notebooks import from here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "assignment": ["write_assignment"],
        "budgets": ["over_budget", "update_instructors", "write_measurements"],
        "builder": ["BuildResult", "build", "build_lessons"],
        "checks": [
            "check_accuracy",
            "check_adam",
            "check_anneal",
            "check_choice",
            "check_divergence",
            "check_epochs",
            "check_flip",
            "check_freeze",
            "check_frozen",
            "check_head",
            "check_images_needed",
            "check_luck",
            "check_mcnemar",
            "check_mean_and_std",
            "check_merge",
            "check_order",
            "check_paired",
            "check_prepare",
            "check_respond",
            "check_start",
            "check_storable",
            "check_top_k",
            "check_training_statistics",
            "check_two_rates",
            "report_check",
        ],
        "cover": ["update_cover"],
        "display": ["show", "show_table"],
        "doctor": ["checks_as_text", "run_checks"],
        "grading": ["Grade", "grade", "release"],
        "lessons": ["Lesson", "find_lesson", "list_lessons"],
        "prediction": ["Prediction"],
        "readme": ["lessons_table", "update_readme"],
        "report": ["write_report"],
        "notebook": ["checked_cells"],
        "run": ["LessonResult", "run_lessons"],
        "site": ["SiteResult", "build_site"],
    },
)
