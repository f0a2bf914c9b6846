"""Lessons: their catalogue, student copies, guesses and progress, runs, exercise checks, grading; reports; doctor.

Only `course_lib.cli` and the notebooks import from here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "assignment": ["write_assignment"],
        "budgets": ["over_budget", "update_instructors", "write_measurements"],
        "builder": ["BuildResult", "build", "build_lessons"],
        "checks": ["report_check"],
        "copies": ["reset_lesson"],
        "cover": ["update_cover"],
        "display": ["show", "show_claims", "show_text"],
        "documents": ["missing_files"],
        "doctor": ["checks_as_text", "run_checks"],
        "grading.classes": ["Grade", "grade"],
        "grading.gradebook": ["release"],
        "grading.limits": ["limits_in_words"],
        "grading.solutions": ["open_solution"],
        "grading.student": ["Limits"],
        "investigation": ["compare_recipes"],
        "lessons": ["Lesson", "find_lesson", "list_lessons"],
        "model_report": ["write_model_report"],
        "prediction": ["Prediction"],
        "readme": ["lessons_table", "update_readme"],
        "report": ["write_report"],
        "notebook": ["checked_cells"],
        "run": ["LessonResult", "run_lessons"],
        "site": ["SiteResult", "build_site"],
        "status": ["lesson_rows", "rows_as_text"],
    },
)
